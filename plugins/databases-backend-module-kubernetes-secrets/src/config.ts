import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const KEY = 'databases.secrets.kubernetes';

const configSchema = z.strictObject({
  namespace: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'must be the name of a namespace',
  }),
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
});

/**
 * Where the Secrets lie, and how they are reached.
 * @public
 */
export type KubernetesSecretsConfig = z.output<typeof configSchema>;

/**
 * Reads `databases.secrets.kubernetes`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readKubernetesSecretsConfig(
  config: Pick<RootConfigService, 'getOptional'>,
): KubernetesSecretsConfig {
  const result = configSchema.safeParse(config.getOptional(KEY) ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(issue =>
      [[KEY, ...issue.path].join('.'), issue.message].join(' '),
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  return result.data;
}
