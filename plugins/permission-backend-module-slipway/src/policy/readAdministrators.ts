import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const KEY = 'permission.slipway.administrators';

/**
 * Reads who administers the portal, as full entity refs. A bare name means a group.
 *
 * @throws InputError if an entry is no entity ref, or names something other than a user or group.
 */
export function readAdministrators(config: Config): string[] {
  return (config.getOptionalStringArray(KEY) ?? []).map((entry, index) => {
    const ref = parse(entry, index);
    if (!['group', 'user'].includes(ref.kind.toLowerCase())) {
      throw new InputError(
        `${KEY}[${index}] is '${entry}': only a group or a user can administer`,
      );
    }
    return stringifyEntityRef(ref);
  });
}

function parse(entry: string, index: number) {
  try {
    return parseEntityRef(entry, {
      defaultKind: 'group',
      defaultNamespace: 'default',
    });
  } catch (error) {
    throw new InputError(
      `${KEY}[${index}] is '${entry}': write an entity ref such as group:default/platform-team`,
      error,
    );
  }
}
