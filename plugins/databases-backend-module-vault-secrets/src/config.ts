import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const KEY = 'databases.secrets.vault';

const pathSchema = z.string().regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, {
  error: 'must be letters, digits, hyphens and underscores between slashes',
});

const configSchema = z
  .strictObject({
    address: z.url({ protocol: /^https?$/ }),
    token: z.string().min(1).optional(),
    tokenFile: z.string().min(1).optional(),
    namespace: pathSchema.optional(),
    mount: pathSchema.default('secret'),
    prefix: pathSchema.default('slipway'),
  })
  .refine(({ token, tokenFile }) => Boolean(token) !== Boolean(tokenFile), {
    error: 'must be given, or tokenFile instead; not both',
    path: ['token'],
  });

/**
 * Where the secrets lie, and how they are reached.
 * @public
 */
export type VaultSecretsConfig = z.output<typeof configSchema>;

/**
 * Reads `databases.secrets.vault`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readVaultSecretsConfig(
  config: Pick<RootConfigService, 'getOptional'>,
): VaultSecretsConfig {
  const result = configSchema.safeParse(config.getOptional(KEY) ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(issue =>
      [[KEY, ...issue.path].join('.'), issue.message].join(' '),
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  return result.data;
}
