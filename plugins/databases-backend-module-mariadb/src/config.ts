import { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const sslSchema = z.union([
  z.boolean(),
  z.strictObject({
    ca: z.string().optional(),
    rejectUnauthorized: z.boolean().optional(),
  }),
]);

const providerSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, {
    error: 'must be lowercase letters, digits and hyphens',
  }),
  title: z.string().min(1),
  environments: z.array(z.string().min(1)).min(1),
  version: z
    .string()
    .regex(/^\d+\.\d+$/, {
      error: 'must be a version without its last part, e.g. "10.11"',
    })
    .default('10.11'),
  connection: z.strictObject({
    host: z.string().min(1),
    port: z.coerce.number().int().min(1).max(65535).default(3306),
    user: z.string().min(1),
    password: z.string().min(1),
    ssl: sslSchema.optional(),
  }),
  publicHost: z.string().min(1).optional(),
  publicPort: z.coerce.number().int().min(1).max(65535).optional(),
  maxConcurrency: z.coerce.number().int().min(1).max(32).default(4),
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
  const key = 'databases.providers.mariadb';
  const result = z
    .array(providerSchema)
    .safeParse(config.getOptional(key) ?? []);
  if (!result.success) {
    const problems = result.error.issues.map(
      issue => `${key}.${issue.path.join('.')} ${issue.message}`,
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  const ids = result.data.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) {
    throw new InputError(`${key} has two providers with the id "${twice}"`);
  }
  return result.data;
}
