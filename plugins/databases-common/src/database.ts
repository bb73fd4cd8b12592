import { z } from 'zod';
import { databaseBackupSummarySchema } from './backup';
import {
  databaseEngineSchema,
  databaseSizeLimitsSchema,
  databaseSizeSchema,
  moneySchema,
} from './engine';
import { databaseUsageSchema } from './health';
import { databaseProtectionSchema } from './protection';
import { databaseStateSchema } from './states';

/**
 * What can be true of a database beside its state.
 * @public
 */
export const databaseConditionTypes = [
  'degraded',
  'drifted',
  'expiring',
] as const;

/** @public */
export const databaseConditionSchema = z.object({
  type: z.enum(databaseConditionTypes),
  /** A sentence: what is the case, and what to do. */
  message: z.string(),
  /** When it was first seen, ISO 8601 in UTC. */
  since: z.string(),
});

/** @public */
export type DatabaseCondition = z.infer<typeof databaseConditionSchema>;

/** @public */
export const databaseEndpointSchema = z.object({
  host: z.string(),
  port: z.number().int(),
  /** The name of the database on its server. Of Redis, what every key and channel begins with, before a colon. */
  database: z.string(),
  /** Whether the server speaks TLS. */
  tls: z.boolean(),
});

/**
 * Where a database is reached. Holds no secret.
 * @public
 */
export type DatabaseEndpoint = z.infer<typeof databaseEndpointSchema>;

/** @public */
export const databasePendingChangeSchema = z.object({
  kind: z.literal('resize'),
  size: databaseSizeSchema,
  pricePerMonth: moneySchema.optional(),
  /** Who decides. */
  rule: z.array(
    z.object({ groups: z.array(z.string()), required: z.number().int() }),
  ),
  requestedBy: z.string(),
  requestedAt: z.string(),
  /** Absent until those who decide have been asked. */
  approvalId: z.string().optional(),
});

/**
 * A change that waits for approval.
 * @public
 */
export type DatabasePendingChange = z.infer<typeof databasePendingChangeSchema>;

/** @public */
export const databaseSchema = z.object({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  engine: databaseEngineSchema,
  version: z.string().optional(),
  size: databaseSizeSchema,
  limits: databaseSizeLimitsSchema.optional(),
  /** `group:<namespace>/<name>` */
  owner: z.string(),
  description: z.string().optional(),
  state: databaseStateSchema,
  /** Why it is in this state, where that needs saying; for people. */
  stateReason: z.string().optional(),
  conditions: z.array(databaseConditionSchema).default([]),
  provider: z.object({ id: z.string(), title: z.string() }).optional(),
  endpoint: databaseEndpointSchema.optional(),
  pricePerMonth: moneySchema.optional(),
  /** `resource:default/<name>.<environment>` */
  entityRef: z.string(),
  /** Counts up with each change of what was asked for; begins at 1. */
  revision: z.number().int(),
  /** The operation that is under way, or the last one. */
  operationId: z.string().optional(),
  /** The approval that the order waits for, or had; where one was needed. */
  approvalId: z.string().optional(),
  /** Another size that waits for approval, while the database is used as before. */
  pendingChange: databasePendingChangeSchema.optional(),
  /** Absent from a service of the version before, and of a provider that has left the configuration. */
  protection: databaseProtectionSchema.optional(),
  /** The backup that it was filled with when it was made. */
  restoredFrom: z
    .object({
      backupId: z.string(),
      name: z.string(),
      environment: z.string(),
      takenAt: z.string(),
    })
    .optional(),
  /** Absent where no backups are kept, and from a service of the version before. */
  backups: databaseBackupSummarySchema.optional(),
  /** Absent until it was measured, and from a service of the version before. */
  usage: databaseUsageSchema.optional(),
  /** When it ends: its logins are turned off then. Absent where it goes on for ever. */
  expiresAt: z.string().optional(),
  /** When the data will be purged, for a database that was deleted. */
  purgeAfter: z.string().optional(),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/**
 * A database as the portal shows it. All times are ISO 8601 in UTC.
 * @public
 */
export type Database = z.infer<typeof databaseSchema>;
