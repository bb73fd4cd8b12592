import { z } from 'zod';

/** @public */
export const databaseProtectionSchema = z.object({
  /** Whether it is encrypted where it is stored; absent where the platform does not know. */
  encrypted: z.boolean().optional(),
  /** Whether it has a standby; absent where the platform does not know. */
  highAvailability: z.boolean().optional(),
  /** Absent where the platform takes no backups at all. */
  backup: z
    .object({
      /** Whether backups are taken by schedule. */
      enabled: z.boolean(),
      /** How long one of them is kept. */
      retentionDays: z.number().optional(),
    })
    .optional(),
});

/**
 * How the data of a database is kept safe in a place, by configuration. Policies judge by it.
 * @public
 */
export type DatabaseProtection = z.infer<typeof databaseProtectionSchema>;
