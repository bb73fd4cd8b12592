import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { missingOrNot } from '@slipway/input';
import { z } from 'zod';
import { backupIdSchema } from './backup';
import {
  databaseEngines,
  databaseSizes,
  type DatabaseEngine,
  type DatabaseSize,
} from './engine';
import { databaseExpiresAtSchema } from './expiry';
import { explainDatabaseName, explainEnvironmentName } from './names';
import { explainOneLine } from './inOneLine';

/**
 * The longest description, in characters.
 * @public
 */
export const DATABASE_DESCRIPTION_MAX_LENGTH = 300;

const text = (what: string) => z.string(missingOrNot('text', `Give ${what}.`));

const oneOf = <const T extends readonly [string, ...string[]]>(
  words: T,
  offered: readonly T[number][] = words,
) =>
  z.enum(words, {
    error: offered.length
      ? `is not known. Choose one of ${offered.join(', ')}.`
      : 'is not known, and none is offered here. Ask the platform team.',
  });

const explained = (
  schema: z.ZodString,
  explain: (value: string) => string | undefined,
) =>
  schema.superRefine((value, context) => {
    const message = explain(value);
    if (message) {
      context.addIssue({ code: 'custom', message });
    }
  });

/** @public */
export const databaseNameSchema = explained(
  text('the database a name'),
  explainDatabaseName,
);

/** @public */
export const environmentNameSchema = explained(
  text('the environment it belongs to'),
  explainEnvironmentName,
);

/**
 * A group, in full or in short (`team-orders`); comes out as
 * `group:<namespace>/<name>`.
 * @public
 */
export const databaseOwnerSchema = text(
  'the group that owns the database',
).transform((value, context) => {
  try {
    const ref = parseEntityRef(value, {
      defaultKind: 'group',
      defaultNamespace: DEFAULT_NAMESPACE,
    });
    const owner = stringifyEntityRef(ref);
    if (/^group:[a-z0-9_.-]{1,63}\/[a-z0-9_.-]{1,63}$/.test(owner)) {
      return owner;
    }
  } catch {
    // The sentence below says all that there is to say.
  }
  context.addIssue({
    code: 'custom',
    message:
      'is not the reference of a group. Give one such as "group:default/team-orders".',
  });
  return z.NEVER;
});

/** @public */
export const databaseIdSchema = z
  .string({ error: 'is not text. Give the id of a database.' })
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'is not the id of a database. Take it from the list of databases.',
  );

/** @public */
export const databaseVersionSchema = z
  .string({ error: 'is not text. Give a version such as "18".' })
  .regex(/^\d{1,3}(\.\d{1,3}){0,2}$/, {
    error: 'is not a version. Give one such as "18".',
  });

/** @public */
export const databaseDescriptionSchema = explained(
  z.string({ error: 'is not text. Say in a sentence what the data is for.' }),
  value => {
    if (value.length > DATABASE_DESCRIPTION_MAX_LENGTH) {
      return `is ${value.length} characters long. Shorten it to at most ${DATABASE_DESCRIPTION_MAX_LENGTH}.`;
    }
    return explainOneLine(value);
  },
);

/**
 * The schema of {@link databaseRequestSchema} for an installation.
 *
 * @param offered - the engines and sizes that a refusal names to choose from; all that are known
 *   when left out
 * @public
 */
export function createDatabaseRequestSchema(
  offered: {
    engines?: readonly DatabaseEngine[];
    sizes?: readonly DatabaseSize[];
  } = {},
) {
  return z
    .strictObject(
      {
        name: databaseNameSchema,
        engine: oneOf(databaseEngines, offered.engines),
        version: databaseVersionSchema.optional(),
        size: oneOf(databaseSizes, offered.sizes),
        environment: environmentNameSchema,
        owner: databaseOwnerSchema,
        description: databaseDescriptionSchema.optional(),
        /** The id of a backup that it begins with; empty when left out. */
        restoreFrom: backupIdSchema.optional(),
        /** The id of a database of which a backup is taken for it, and with which it begins. */
        cloneOf: databaseIdSchema.optional(),
        /** When it ends; what the environment says when left out. */
        expiresAt: databaseExpiresAtSchema.optional(),
      },
      {
        error: issue => {
          if (issue.code === 'unrecognized_keys') {
            const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
            return `The request has fields that are not known: ${keys}. Take them out.`;
          }
          return 'The request is not a JSON object. Send one with name, engine, size, environment and owner.';
        },
      },
    )
    .superRefine(({ restoreFrom, cloneOf }, context) => {
      if (restoreFrom && cloneOf) {
        context.addIssue({
          code: 'custom',
          path: ['cloneOf'],
          message: 'cannot be given with restoreFrom. Leave one of them out.',
        });
      }
    });
}

/**
 * What one asks for when ordering a database. Unknown fields are refused, so
 * that a misspelt one is not ignored.
 * @public
 */
export const databaseRequestSchema = createDatabaseRequestSchema();

/**
 * A request as it is sent: the owner may be short.
 * @public
 */
export type DatabaseRequestInput = z.input<typeof databaseRequestSchema>;

/**
 * A request that was checked.
 * @public
 */
export type DatabaseRequest = z.output<typeof databaseRequestSchema>;
