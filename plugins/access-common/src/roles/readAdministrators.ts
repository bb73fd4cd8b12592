import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const KEY = 'permission.slipway.administrators';

/**
 * Reads who administers the portal, as full entity refs. A bare name means a group.
 *
 * @throws InputError if an entry is no entity ref, or names something other than a user or group.
 * @public
 */
export function readAdministrators(config: Config): string[] {
  return (config.getOptionalStringArray(KEY) ?? []).map((entry, index) =>
    readSubject(entry, {
      field: `${KEY}[${index}]`,
      kinds: ['group', 'user'],
      example: 'group:default/platform-team',
    }),
  );
}

/**
 * Reads a ref of somebody as a full ref in lower case. A bare name is of the first kind.
 *
 * @throws InputError that names the field and says what to write.
 */
export function readSubject(
  entry: string,
  as: { field: string; kinds: string[]; example: string },
): string {
  const ref = parse(entry, as);
  if (!as.kinds.includes(ref.kind.toLowerCase())) {
    throw new InputError(
      `${as.field} is '${entry}': only a ${as.kinds.join(' or a ')} can stand here. Write a ref such as ${as.example}.`,
    );
  }
  return stringifyEntityRef(ref);
}

function parse(
  entry: string,
  as: { field: string; kinds: string[]; example: string },
) {
  try {
    return parseEntityRef(entry, {
      defaultKind: as.kinds[0],
      defaultNamespace: 'default',
    });
  } catch (error) {
    throw new InputError(
      `${as.field} is '${entry}': write an entity ref such as ${as.example}`,
      error,
    );
  }
}
