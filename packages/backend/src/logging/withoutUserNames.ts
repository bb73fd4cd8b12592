import { ConfigReader, type Config } from '@backstage/config';
import type { JsonValue } from '@backstage/types';

const USER_NAME_KEYS = new Set(['user', 'username']);

/**
 * The configuration with the names of users emptied. Upstream's schema calls that of the database secret; but it is a
 * common word, such as the portal's own name, and would be blotted out wherever a line says it.
 */
export function withoutUserNames(config: Config): Config {
  return new ConfigReader(
    JSON.parse(
      JSON.stringify(config.getOptional() ?? {}),
      (key, value: JsonValue) =>
        USER_NAME_KEYS.has(key) && typeof value === 'string' ? '' : value,
    ),
  );
}
