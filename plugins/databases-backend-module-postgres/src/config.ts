import { RootConfigService } from '@backstage/backend-plugin-api';
import {
  readServers,
  sharedServerSchema,
} from '@slipway/plugin-databases-node';
import { z } from 'zod';

const providerSchema = sharedServerSchema({
  port: 5432,
  version: {
    value: '18',
    pattern: /^\d+$/,
    error: 'must be a major version, e.g. "18"',
  },
}).extend({
  tools: z.string().min(1).optional(),
  locks: z
    .strictObject({
      // Fewer would end what every migration does.
      perDatabase: z.coerce.number().int().min(100).optional(),
      suspendAfter: z.coerce.number().int().min(0).max(1000).default(3),
    })
    .prefault({}),
});

/**
 * One shared server, as configured.
 * @public
 */
export type PostgresProviderConfig = z.output<typeof providerSchema>;

/**
 * Reads `databases.providers.postgres`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readPostgresProviders(
  config: Pick<RootConfigService, 'getOptional'>,
): PostgresProviderConfig[] {
  return readServers(config, 'databases.providers.postgres', providerSchema);
}
