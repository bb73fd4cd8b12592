import { RootConfigService } from '@backstage/backend-plugin-api';
import {
  readServers,
  sharedServerSchema,
} from '@slipway/plugin-databases-node';
import type { z } from 'zod';

const providerSchema = sharedServerSchema({
  port: 6379,
  version: {
    value: '7.2',
    pattern: /^\d+\.\d+$/,
    error: 'must be a version without its last part, e.g. "7.2"',
  },
});

/**
 * One shared server, as configured.
 * @public
 */
export type RedisProviderConfig = z.output<typeof providerSchema>;

/**
 * Reads `databases.providers.redis`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readRedisProviders(
  config: Pick<RootConfigService, 'getOptional'>,
): RedisProviderConfig[] {
  return readServers(config, 'databases.providers.redis', providerSchema);
}
