import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  databaseEngines,
  databaseSizes,
  type DatabaseSize,
} from '@slipway/plugin-databases-common';
import { groupRefSchema } from '@slipway/plugin-approvals-common';
import { z } from 'zod';
import { isRecipient } from './backups/age';
import { eventsConfigSchema } from './events/sinkConfig';
import type { SealingKey } from './secrets/sealing';

const sizeSchema = z.strictObject({
  storageGiB: z.coerce.number().positive(),
  connectionLimit: z.coerce.number().int().positive(),
  statementTimeoutSeconds: z.coerce.number().int().min(0),
  pricePerMonth: z.coerce.number().min(0).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be three capital letters' })
    .optional(),
});

const retentionDays = (days: number) =>
  z.coerce.number().min(1).max(36_500).default(days);

const percent = (value: number) =>
  z.coerce.number().min(1).max(100).default(value);

const configSchema = z.object({
  environments: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/),
        title: z.string().min(1),
      }),
    )
    .default([]),
  sizes: z.partialRecord(z.enum(databaseSizes), sizeSchema).default({}),
  secrets: z
    .object({
      store: z.string().min(1).default('sealed'),
      previous: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  sealing: z
    .object({
      keys: z
        .array(z.strictObject({ id: z.string().min(1), key: z.string() }))
        .min(1, { error: 'must name at least one key' }),
    })
    .optional(),
  personalLogins: z
    .strictObject({
      defaultHours: z.coerce.number().int().min(1).default(8),
      maxHours: z.coerce.number().int().min(1).max(720).default(72),
      schemaAccessIn: z.array(z.string()).default(['development']),
    })
    .prefault({}),
  approvals: z
    .array(
      z.strictObject({
        environment: z.string(),
        sizes: z.array(z.enum(databaseSizes)).min(1),
        groups: z.array(groupRefSchema).min(1),
        required: z.coerce.number().int().min(1).default(1),
      }),
    )
    .default([]),
  quotas: z
    .array(
      z
        .strictObject({
          owners: z.array(groupRefSchema).min(1).optional(),
          environments: z.array(z.string()).min(1).optional(),
          engines: z.array(z.enum(databaseEngines)).min(1).optional(),
          databases: z.coerce.number().int().min(0).optional(),
          storageGiB: z.coerce.number().min(0).optional(),
          approval: z
            .strictObject({
              groups: z.array(groupRefSchema).min(1),
              required: z.coerce.number().int().min(1).default(1),
            })
            .optional(),
        })
        .refine(
          ({ databases, storageGiB }) =>
            (databases ?? storageGiB) !== undefined,
          { error: 'must limit databases or storageGiB' },
        ),
    )
    .default([]),
  expiry: z
    .strictObject({
      remindDays: z
        .array(z.coerce.number().int().min(1).max(365))
        .max(10)
        .default([14, 3, 1]),
      environments: z
        .array(
          z
            .strictObject({
              environment: z.string(),
              defaultDays: z.coerce.number().int().min(1).max(3650).optional(),
              maxDays: z.coerce.number().int().min(1).max(3650).optional(),
            })
            .refine(
              ({ defaultDays, maxDays }) =>
                !defaultDays || !maxDays || defaultDays <= maxDays,
              { error: 'has a defaultDays that is more than its maxDays' },
            ),
        )
        .default([]),
    })
    .prefault({}),
  deletion: z
    .strictObject({
      graceHours: z.coerce.number().min(0).default(168),
      refuseInUseIn: z.array(z.string()).default([]),
    })
    .prefault({}),
  rotation: z
    .strictObject({
      undoHours: z.coerce.number().min(0).max(720).default(24),
      quietHours: z.coerce.number().min(0).max(720).default(1),
      graceHours: z.coerce.number().min(0).max(8760).default(24),
      tellAfterHours: z.coerce.number().min(0).max(8760).default(72),
      schedule: z
        .array(
          z.strictObject({
            environments: z.array(z.string()).min(1),
            everyDays: z.coerce.number().min(1).max(3650),
            jitter: z.coerce.number().min(0).max(0.5).default(0.1),
          }),
        )
        .default([]),
    })
    .prefault({}),
  events: eventsConfigSchema,
  // Other stores have sections of their own.
  backups: z
    .object({
      store: z.string().min(1).default('folder'),
      recipients: z
        .array(
          z.string().refine(isRecipient, {
            error: 'must be a recipient of age, for example age1…',
          }),
        )
        .max(5)
        .default([]),
      folder: z
        .strictObject({ path: z.string().min(1).optional() })
        .prefault({}),
      keepDays: retentionDays(30),
      finalKeepDays: retentionDays(90),
      schedule: z
        .array(
          z.strictObject({
            environments: z.array(z.string()).min(1),
            everyHours: z.coerce.number().min(1).max(8760).default(24),
            keepDays: retentionDays(30),
          }),
        )
        .default([]),
    })
    .optional(),
  health: z
    .strictObject({
      everyMinutes: z.coerce.number().min(1).max(1440).default(5),
      storage: z
        .strictObject({
          warning: percent(80),
          critical: percent(95),
        })
        .refine(({ warning, critical }) => warning <= critical, {
          error: 'must have a warning that is not above critical',
        })
        .prefault({}),
      connections: percent(80),
      cacheHit: percent(90),
      daysToFull: z.coerce.number().min(0).max(3650).default(14),
      idleDays: z.coerce.number().min(1).max(3650).default(14),
      keepDays: retentionDays(400),
    })
    .prefault({}),
  retention: z
    .strictObject({
      outboxDays: retentionDays(7),
      deletedDatabasesDays: retentionDays(400),
      endedLoginsDays: retentionDays(400),
    })
    .prefault({}),
});

/** The plugin's configuration, checked. */
export type DatabasesConfig = Omit<
  z.output<typeof configSchema>,
  'sealing' | 'sizes'
> & {
  /** The first seals, all open; empty when nothing is sealed by the portal itself. */
  sealingKeys: SealingKey[];
  sizes: Partial<Record<DatabaseSize, z.output<typeof sizeSchema>>>;
};

/**
 * Reads `databases`.
 *
 * @throws InputError that names the key that is wrong; values are not repeated.
 */
export function readDatabasesConfig(
  config: RootConfigService,
): DatabasesConfig {
  const result = configSchema.safeParse(config.getOptional('databases') ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(
      issue => `databases.${issue.path.join('.')} ${issue.message}`,
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  const { sealing, ...rest } = result.data;
  const { store, previous } = rest.secrets;
  if (previous.includes(store)) {
    throw new InputError(
      'databases.secrets.previous has the store that is used now',
    );
  }
  if (!sealing && [store, ...previous].includes('sealed')) {
    throw new InputError(
      'databases.sealing.keys is missing; it seals secrets unless databases.secrets.store names another store',
    );
  }
  const sealingKeys = (sealing?.keys ?? []).map(({ id, key }, index) => {
    const bytes = Buffer.from(key, 'base64');
    if (bytes.length !== 32) {
      throw new InputError(
        `databases.sealing.keys.${index}.key must be 32 bytes in base64; make one with "openssl rand -base64 32"`,
      );
    }
    return { id, key: bytes };
  });
  if (new Set(sealingKeys.map(k => k.id)).size !== sealingKeys.length) {
    throw new InputError('databases.sealing.keys has the same id twice');
  }
  if (rest.personalLogins.defaultHours > rest.personalLogins.maxHours) {
    throw new InputError(
      'databases.personalLogins.defaultHours is more than maxHours',
    );
  }
  const environments = rest.environments.map(({ name }) => name);
  rest.approvals.forEach(({ environment }, index) => {
    // Else a slip of the pen would let everything through.
    if (!environments.includes(environment)) {
      throw new InputError(
        `databases.approvals.${index}.environment is none of databases.environments`,
      );
    }
  });
  rest.quotas.forEach((quota, index) => {
    const unknown = quota.environments?.find(e => !environments.includes(e));
    // Else a slip of the pen would limit nothing.
    if (unknown) {
      throw new InputError(
        `databases.quotas.${index}.environments has ${unknown}, which is none of databases.environments`,
      );
    }
  });
  rest.expiry.environments.forEach(({ environment }, index) => {
    // Else what should end would not.
    if (!environments.includes(environment)) {
      throw new InputError(
        `databases.expiry.environments.${index}.environment is none of databases.environments`,
      );
    }
  });
  const unknownPlace = rest.deletion.refuseInUseIn.find(
    each => !environments.includes(each),
  );
  // Else what is in use could be deleted there after all.
  if (unknownPlace) {
    throw new InputError(
      `databases.deletion.refuseInUseIn has ${unknownPlace}, which is none of databases.environments`,
    );
  }
  rest.backups?.schedule.forEach((plan, index) => {
    const unknown = plan.environments.find(e => !environments.includes(e));
    // Else nothing of it would ever be backed up, and nobody would know.
    if (unknown) {
      throw new InputError(
        `databases.backups.schedule.${index}.environments has ${unknown}, which is none of databases.environments`,
      );
    }
  });
  const planned = new Set<string>();
  rest.rotation.schedule.forEach((plan, index) => {
    for (const environment of plan.environments) {
      // Else nothing of it would ever be rotated, and nobody would know.
      if (!environments.includes(environment)) {
        throw new InputError(
          `databases.rotation.schedule.${index}.environments has ${environment}, which is none of databases.environments`,
        );
      }
      if (planned.has(environment)) {
        throw new InputError(
          `databases.rotation.schedule.${index}.environments has ${environment}, which an entry before has already`,
        );
      }
      planned.add(environment);
    }
  });
  // Variables that are not set leave an empty section.
  const { store: place, folder } = rest.backups ?? {};
  if (place === 'folder' && !folder?.path) {
    return { ...rest, sealingKeys, backups: undefined };
  }
  return { ...rest, sealingKeys };
}
