import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);

/**
 * The keys that the configuration of each shared server has.
 *
 * @param defaults - `port` of the engine; `version` that is offered when none is configured, what it looks like and how
 *   that is said
 * @public
 */
export function sharedServerSchema(defaults: {
  port: number;
  version: { value: string; pattern: RegExp; error: string };
}) {
  return z.strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, {
      error: 'must be lowercase letters, digits and hyphens',
    }),
    title: z.string().min(1),
    environments: z.array(z.string().min(1)).min(1),
    version: z
      .string()
      .regex(defaults.version.pattern, { error: defaults.version.error })
      .default(defaults.version.value),
    connection: z.strictObject({
      host: z.string().min(1),
      port: port.default(defaults.port),
      user: z.string().min(1),
      password: z.string().min(1),
      ssl: z
        .union([
          z.boolean(),
          z.strictObject({
            ca: z.string().optional(),
            rejectUnauthorized: z.boolean().optional(),
          }),
        ])
        .optional(),
    }),
    publicHost: z.string().min(1).optional(),
    publicPort: port.optional(),
    encrypted: z.boolean().optional(),
    highAvailability: z.boolean().optional(),
    maxConcurrency: z.coerce.number().int().min(1).max(32).default(4),
  });
}

/**
 * Reads the list of servers under a key.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readServers<T extends { id: string }>(
  config: Pick<RootConfigService, 'getOptional'>,
  key: string,
  schema: z.ZodType<T>,
): T[] {
  const result = z.array(schema).safeParse(config.getOptional(key) ?? []);
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
