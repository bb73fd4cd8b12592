import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const KEY = 'databases.secrets.aws';

const configSchema = z.strictObject({
  region: z.string().regex(/^[a-z0-9-]{4,30}$/, {
    error: 'must be a region, for example eu-central-1',
  }),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{0,100}$/, {
      error: 'must be at most 100 of the characters that names may have',
    })
    .default('slipway/'),
  kmsKeyId: z.string().min(1).optional(),
  endpoint: z.url().optional(),
});

/**
 * Where the secrets lie.
 * @public
 */
export type AwsSecretsConfig = z.output<typeof configSchema>;

/**
 * Reads `databases.secrets.aws`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readAwsSecretsConfig(
  config: Pick<RootConfigService, 'getOptional'>,
): AwsSecretsConfig {
  const result = configSchema.safeParse(config.getOptional(KEY) ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(issue =>
      [[KEY, ...issue.path].join('.'), issue.message].join(' '),
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  return result.data;
}
