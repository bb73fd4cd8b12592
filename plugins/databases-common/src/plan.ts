import { z } from 'zod';
import { moneySchema } from './engine';

/** @public */
export const databasePlanItemSchema = z.object({
  /** What kind of thing it is, e.g. `database`, `role`, `login`. */
  kind: z.string(),
  /** Its name outside. */
  name: z.string(),
  change: z.enum(['create', 'change', 'keep', 'delete']),
  /** What it is for, in a sentence. */
  summary: z.string(),
});

/** @public */
export type DatabasePlanItem = z.infer<typeof databasePlanItemSchema>;

/** @public */
export const databasePlanSchema = z.object({
  provider: z.object({ id: z.string(), title: z.string() }),
  items: z.array(databasePlanItemSchema),
  /** What the provider cannot do or only watches, in sentences. */
  notes: z.array(z.string()),
});

/**
 * What an order would make, before anything is made.
 * @public
 */
export type DatabasePlan = z.infer<typeof databasePlanSchema>;

/** @public */
export const databaseEstimateSchema = z.object({
  pricePerMonth: moneySchema.optional(),
  /** How long it takes as a rule, in seconds; absent when never measured. */
  durationSeconds: z.number().min(0).optional(),
});

/**
 * What an order would cost and how long it would take.
 * @public
 */
export type DatabaseEstimate = z.infer<typeof databaseEstimateSchema>;
