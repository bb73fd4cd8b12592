import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { z } from 'zod';
import { readAdministrators, readSubject } from './readAdministrators';
import {
  BUILT_IN_ROLES,
  type BuiltInChange,
  type Role,
  type RolesConfig,
} from './types';

const KEY = 'permission.slipway.roles';
const MOST_ROLES = 200;
const MOST_ENTRIES = 200;

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const text = (most: number) =>
  z
    .string('is no text. Write one.')
    .trim()
    .min(1, 'is empty. Write something, or leave it out.')
    .max(most, `is longer than ${most} characters. Shorten it.`);

const list = (what: string) =>
  z
    .array(text(200), `is no list. Write a list of ${what}.`)
    .max(
      MOST_ENTRIES,
      `has more than ${MOST_ENTRIES} entries. Make two roles.`,
    );

const permissions = z
  .array(
    text(200).regex(
      /^[^*\s]+$/,
      'holds a * or a blank. Write each permission by its whole name: what a later version adds should not be given unseen.',
    ),
    'is no list. Write a list of names of permissions.',
  )
  .max(MOST_ENTRIES, `has more than ${MOST_ENTRIES} entries. Make two roles.`);

const narrowing = (what: string) =>
  list(what).min(
    1,
    'is an empty list, which could mean all or none. Leave it out for all.',
  );

const name = text(63).regex(
  NAME,
  'is no name of a role. Write it in lower case with hyphens, such as production-operators.',
);

const roleSchema = z.strictObject({
  name,
  title: text(100).optional(),
  description: text(500).optional(),
  groups: list('groups').default([]),
  users: list('users').default([]),
  permissions: permissions.min(
    1,
    'is empty, so the role gives nothing. Name at least one permission.',
  ),
  environments: narrowing('names of environments').optional(),
  owners: narrowing('groups').optional(),
});

const builtInSchema = z.strictObject({
  name: z.enum(BUILT_IN_ROLES),
  permissions: permissions.default([]),
  without: permissions.default([]),
});

/**
 * Reads the roles of the portal: `permission.slipway.administrators` and `permission.slipway.roles`.
 *
 * @throws InputError that names the field and says how to mend it. A portal with a role that cannot be read should not start.
 * @public
 */
export function readRoles(config: Config): RolesConfig {
  const entries = config.getOptional(KEY) ?? [];
  if (!Array.isArray(entries)) {
    throw new InputError(`${KEY} is no list. Write a list of roles.`);
  }
  if (entries.length > MOST_ROLES) {
    throw new InputError(
      `${KEY} has more than ${MOST_ROLES} entries. Put groups that may do the same into one role.`,
    );
  }
  const roles: Role[] = [];
  const changes: BuiltInChange[] = [];
  const names = new Set<string>();
  entries.forEach((entry, index) => {
    const field = `${KEY}[${index}]`;
    const called = (entry as { name?: unknown } | null)?.name;
    if (called === 'administrators') {
      throw new InputError(
        `${field}.name is administrators, who may do everything. Say who they are in permission.slipway.administrators.`,
      );
    }
    if (BUILT_IN_ROLES.some(builtIn => builtIn === called)) {
      changes.push(parse(builtInSchema, entry, field));
    } else {
      roles.push(toRole(parse(roleSchema, entry, field), field));
    }
    if (names.has(String(called))) {
      throw new InputError(
        `${field}.name is ${called}, as that of a role before it. Give each role a name of its own.`,
      );
    }
    names.add(String(called));
  });
  return { administrators: readAdministrators(config), roles, changes };
}

function toRole(entry: z.output<typeof roleSchema>, field: string): Role {
  const { groups, users, owners, ...rest } = entry;
  const refs = (refsOf: string[], part: string, kinds: string[]) =>
    refsOf.map((ref, index) =>
      readSubject(ref, {
        field: `${field}.${part}[${index}]`,
        kinds,
        example: `${kinds[0]}:default/${kinds[0] === 'user' ? 'jane' : 'team-orders'}`,
      }),
    );
  const members = [
    ...refs(groups, 'groups', ['group']),
    ...refs(users, 'users', ['user']),
  ];
  if (!members.length) {
    throw new InputError(
      `${field} is for nobody. Name groups or users, or remove the role.`,
    );
  }
  return {
    ...rest,
    title: entry.title ?? entry.name,
    members,
    ...(owners && { owners: refs(owners, 'owners', ['group', 'user']) }),
  };
}

function parse<T extends z.ZodType>(
  schema: T,
  entry: unknown,
  field: string,
): z.output<T> {
  const result = schema.safeParse(entry);
  if (result.success) {
    return result.data;
  }
  const known = Object.keys((schema as unknown as z.ZodObject).shape);
  throw new InputError(
    result.error.issues
      .map(issue => {
        const path = issue.path
          .map(part =>
            typeof part === 'number' ? `[${part}]` : `.${String(part)}`,
          )
          .join('');
        return issue.code === 'unrecognized_keys'
          ? `${field}${path} has no field ${issue.keys.join(', ')}. Its fields are ${known.join(', ')}.`
          : `${field}${path} ${sentence(issue)}`;
      })
      .join(' '),
  );
}

function sentence(issue: z.core.$ZodIssue): string {
  // zod's own words for what is not there, and for what is no object.
  return issue.code === 'invalid_type' && issue.message.startsWith('Invalid')
    ? `is missing, or no ${issue.expected}. Write it as docs/permissions.md says.`
    : issue.message;
}
