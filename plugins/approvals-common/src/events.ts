import { z } from 'zod';

/**
 * The topic of the events service that carries hints about approvals: that one changed, not how.
 * @public
 */
export const APPROVALS_EVENTS_TOPIC = 'slipway.approvals';

/**
 * The signals channel of all approvals. A message says that something changed, not what: the page
 * asks again with its own rights.
 * @public
 */
export const APPROVALS_SIGNALS_CHANNEL = 'approvals';

/** @public */
export const approvalSignalSchema = z.object({ approvalId: z.string() });

/**
 * A hint that an approval changed.
 * @public
 */
export type ApprovalSignal = z.infer<typeof approvalSignalSchema>;

/** @public */
export const approvalEventSchema = z.object({
  id: z.string(),
  type: z.string(),
  /** A sentence for the timeline. */
  message: z.string(),
  /** Entity ref of the person, or the service. */
  actor: z.string().optional(),
  createdAt: z.string(),
});

/**
 * One entry of an approval's timeline. Events are never changed.
 * @public
 */
export type ApprovalEvent = z.infer<typeof approvalEventSchema>;

/** @public */
export const approvalEventsPageSchema = z.object({
  items: z.array(approvalEventSchema),
  nextCursor: z.string().optional(),
});

/** @public */
export type ApprovalEventsPage = z.infer<typeof approvalEventsPageSchema>;
