import { z } from 'zod';
import { approvalSchema, approvalStates } from './approval';

/** @public */
export const approvalOutcomeSchema = z.object({
  /** Where it stands in the outbox; grows. */
  position: z.number().int(),
  approvalId: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  digest: z.string(),
  /** How it ended; never `pending`. */
  state: z.enum(approvalStates),
  /** Why, when somebody said so. */
  reason: z.string().optional(),
  at: z.string(),
});

/**
 * How a request ended, for the plugin that asked.
 * @public
 */
export type ApprovalOutcome = z.infer<typeof approvalOutcomeSchema>;

/** @public */
export const approvalOutcomesPageSchema = z.object({
  items: z.array(approvalOutcomeSchema),
  /** What to acknowledge once all items are dealt with; absent when nothing is new. */
  position: z.number().int().optional(),
});

/** @public */
export type ApprovalOutcomesPage = z.infer<typeof approvalOutcomesPageSchema>;

/** @public */
export const approvalStatusSchema = z.object({
  /** The newest request for the subject with this digest, when there is one. */
  approval: approvalSchema.nullable(),
  /** Whether the digest is approved, and nothing newer was asked for the subject since. */
  approved: z.boolean(),
});

/** @public */
export type ApprovalStatus = z.infer<typeof approvalStatusSchema>;
