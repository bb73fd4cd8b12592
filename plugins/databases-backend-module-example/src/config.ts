import { RootConfigService } from '@backstage/backend-plugin-api';
import { readServers } from '@slipway/plugin-databases-node';
import { z } from 'zod';

const providerSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, {
    error: 'must be lowercase letters, digits and hyphens',
  }),
  title: z.string().min(1),
  environments: z.array(z.string().min(1)).min(1),
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().min(1),
});

/**
 * One API, as configured.
 * @public
 */
export type ExampleProviderConfig = z.output<typeof providerSchema>;

/**
 * Reads `databases.providers.example`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readExampleProviders(
  config: Pick<RootConfigService, 'getOptional'>,
): ExampleProviderConfig[] {
  return readServers(config, 'databases.providers.example', providerSchema);
}
