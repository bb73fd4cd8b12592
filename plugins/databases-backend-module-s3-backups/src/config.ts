import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const KEY = 'databases.backups.s3';

const configSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
    error: 'must be the name of a bucket',
  }),
  region: z.string().regex(/^[a-z0-9-]{2,30}$/, {
    error: 'must be a region, for example eu-central-1',
  }),
  prefix: z
    .string()
    .regex(/^(?:[A-Za-z0-9_+=.@-]+\/)*$/, {
      error: 'must be letters, digits and hyphens, with a slash at the end',
    })
    .max(200)
    .default('slipway/'),
  endpoint: z.url().optional(),
  forcePathStyle: z.stringbool().or(z.boolean()).default(false),
  kmsKeyId: z.string().min(1).optional(),
});

/**
 * Where the backups lie.
 * @public
 */
export type S3BackupsConfig = z.output<typeof configSchema>;

/**
 * Reads `databases.backups.s3`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readS3BackupsConfig(
  config: Pick<RootConfigService, 'getOptional'>,
): S3BackupsConfig {
  const result = configSchema.safeParse(config.getOptional(KEY) ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(issue =>
      [[KEY, ...issue.path].join('.'), issue.message].join(' '),
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  return result.data;
}
