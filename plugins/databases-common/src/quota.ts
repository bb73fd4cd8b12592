import { z } from 'zod';
import { databaseEngineSchema } from './engine';

const useSchema = z.object({ used: z.number(), limit: z.number() });

/** @public */
export const databaseQuotaSchema = z.object({
  /** Of which environments together; of all when left out. */
  environments: z.array(z.string()).optional(),
  /** Of which engines together; of all when left out. */
  engines: z.array(databaseEngineSchema).optional(),
  databases: useSchema.optional(),
  /** Of what was ordered, not of what is in use. */
  storageGiB: useSchema.optional(),
  /** Who has to approve what is beyond it; nobody can when left out. */
  approval: z
    .object({ groups: z.array(z.string()), required: z.number().int() })
    .optional(),
});

/**
 * How much databases a group may have, and has.
 * @public
 */
export type DatabaseQuota = z.infer<typeof databaseQuotaSchema>;

/**
 * Whether one more database of this storage is beyond it.
 * @public
 */
export function isBeyondQuota(
  { databases, storageGiB }: DatabaseQuota,
  wantedGiB: number | undefined,
): boolean {
  return (
    Boolean(databases && databases.used + 1 > databases.limit) ||
    Boolean(
      storageGiB &&
      wantedGiB !== undefined &&
      storageGiB.used + wantedGiB > storageGiB.limit,
    )
  );
}

/** @public */
export const databaseQuotaAnswerSchema = z.object({
  /** Absent when nothing is limited there. */
  quota: databaseQuotaSchema.optional(),
});
