import { RootConfigService } from '@backstage/backend-plugin-api';
import { databaseSizes } from '@slipway/plugin-databases-common';
import { readServers } from '@slipway/plugin-databases-node';
import { z } from 'zod';

/** The least that AWS gives an instance of Postgres, in GiB. */
const LEAST_STORAGE_GIB = 20;

const sizeSchema = z.strictObject({
  instanceClass: z.string().regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, {
    error: 'must be a class of instances, for example db.t3.micro',
  }),
  storageGiB: z.coerce
    .number()
    .int()
    .min(LEAST_STORAGE_GIB)
    .max(65536)
    .default(LEAST_STORAGE_GIB),
  pricePerMonth: z.coerce.number().min(0).optional(),
});

const accountSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, {
    error: 'must be lowercase letters, digits and hyphens',
  }),
  title: z.string().min(1),
  environments: z.array(z.string().min(1)).min(1),
  region: z.string().regex(/^[a-z0-9-]{4,30}$/, {
    error: 'must be a region, for example eu-central-1',
  }),
  roleArn: z.string().min(1).optional(),
  version: z
    .string()
    // What is inside relies on how roles work since 16.
    .regex(/^(1[6-9]|[2-9]\d)$/, {
      error: 'must be a major version from 16 on, e.g. "18"',
    })
    .default('18'),
  subnetGroup: z.string().min(1),
  securityGroups: z.array(z.string().min(1)).min(1),
  parameterGroup: z.string().min(1).optional(),
  kmsKeyId: z.string().min(1).optional(),
  storageType: z.enum(['gp2', 'gp3']).default('gp3'),
  multiAz: z.boolean().default(false),
  deletionProtection: z.boolean().default(true),
  backupRetentionDays: z.coerce.number().int().min(0).max(35).default(7),
  finalSnapshot: z.boolean().default(true),
  ca: z.string().min(1).optional(),
  tools: z.string().min(1).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be three capital letters' })
    .optional(),
  sizes: z
    .partialRecord(z.enum(databaseSizes), sizeSchema)
    .refine(sizes => Object.keys(sizes).length > 0, {
      error: 'must say what at least one size stands for',
    }),
  endpoints: z
    .strictObject({
      rds: z.url().optional(),
      secretsManager: z.url().optional(),
    })
    .prefault({}),
  maxConcurrency: z.coerce.number().int().min(1).max(32).default(4),
});

/**
 * One account and region of AWS in which instances are made, as configured.
 * @public
 */
export type RdsProviderConfig = z.output<typeof accountSchema>;

/**
 * Reads `databases.providers.rds`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 * @public
 */
export function readRdsProviders(
  config: Pick<RootConfigService, 'getOptional'>,
): RdsProviderConfig[] {
  return readServers(config, 'databases.providers.rds', accountSchema);
}
