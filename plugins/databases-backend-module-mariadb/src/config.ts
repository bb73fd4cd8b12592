import { RootConfigService } from '@backstage/backend-plugin-api';
import {
  readServers,
  sharedServerSchema,
} from '@slipway/plugin-databases-node';
import type { z } from 'zod';

const providerSchema = sharedServerSchema({
  port: 3306,
  version: {
    value: '10.11',
    pattern: /^\d+\.\d+$/,
    error: 'must be a version without its last part, e.g. "10.11"',
  },
});

/**
 * One shared server, as configured.
 * @public
 */
export type MariaDbProviderConfig = z.output<typeof providerSchema>;

/**
 * Reads `databases.providers.mariadb`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readMariaDbProviders(
  config: Pick<RootConfigService, 'getOptional'>,
): MariaDbProviderConfig[] {
  return readServers(config, 'databases.providers.mariadb', providerSchema);
}
