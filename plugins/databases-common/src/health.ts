import { z } from 'zod';

/**
 * How a database was used when it was last looked at. What its server does not tell is absent.
 * @public
 */
export const databaseUsageSchema = z.object({
  measuredAt: z.string(),
  sizeBytes: z.number().optional(),
  /** Of applications and people. */
  sessions: z.number().int().optional(),
  /** Of the reads since the look before, the share that was in memory: 0 to 1. Absent when there were too few to say. */
  cacheHitRatio: z.number().optional(),
  /** Absent when there is too little to say. */
  growthBytesPerDay: z.number().optional(),
  /** When growth goes on as it did. Absent when it does not grow, and when there is too little to say. */
  daysToFull: z.number().optional(),
  /** When a session of an application or a person was last seen. */
  lastUsedAt: z.string().optional(),
});

/** @public */
export type DatabaseUsage = z.infer<typeof databaseUsageSchema>;

/** @public */
export const healthMeasures = [
  'storage',
  'connections',
  'cache',
  'growth',
] as const;

/** @public */
export type HealthMeasure = (typeof healthMeasures)[number];

/**
 * Two of the levels stand for something that its owner should look at.
 * @public
 */
export const healthLevels = ['ok', 'warning', 'critical'] as const;

/** @public */
export type HealthLevel = (typeof healthLevels)[number];

/** @public */
export const databaseHealthSchema = z.object({
  /** Absent until it was measured for the first time. */
  usage: databaseUsageSchema.optional(),
  limits: z.object({ storageBytes: z.number(), connections: z.number() }),
  /** In per cent, and days. */
  thresholds: z.object({
    storage: z.object({ warning: z.number(), critical: z.number() }),
    connections: z.number(),
    cacheHit: z.number(),
    daysToFull: z.number(),
  }),
  levels: z.record(z.string(), z.enum(healthLevels)),
  /** What the provider of it tells. */
  tells: z.array(z.string()),
  /** Oldest first; with gaps where nothing was measured. */
  history: z.array(
    z.object({
      at: z.string(),
      sizeBytes: z.number().optional(),
      /** The most of that time. */
      sessions: z.number().optional(),
      cacheHitRatio: z.number().optional(),
    }),
  ),
});

/** @public */
export type DatabaseHealth = z.infer<typeof databaseHealthSchema>;

/** @public */
export const slowQueriesSchema = z.object({
  told: z.boolean(),
  /** Why it is not told, and what an operator does about it. */
  why: z.string().optional(),
  /** Since when the server counts. */
  since: z.string().optional(),
  queries: z.array(
    z.object({
      /** Without values. */
      query: z.string(),
      calls: z.number(),
      meanMs: z.number(),
      maxMs: z.number(),
      totalMs: z.number(),
    }),
  ),
});

/**
 * The statements that took longest on average.
 * @public
 */
export type DatabaseSlowQueries = z.infer<typeof slowQueriesSchema>;

/**
 * The signals channel of what is measured of one database.
 * @public
 */
export function databaseHealthSignalsChannel(databaseId: string): string {
  return `databases:${databaseId}:health`;
}
