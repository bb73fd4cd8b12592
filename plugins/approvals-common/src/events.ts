import { z } from 'zod';

/**
 * The topic of the events service that carries hints about approvals: that one changed, not how.
 * @public
 */
export const APPROVALS_EVENTS_TOPIC = 'slipway.approvals';

/**
 * The topic of the events service that says to whom a request needs no answer any more.
 * @public
 */
export const APPROVALS_ANSWERED_TOPIC = 'slipway.approvals.answered';

/** @public */
export const approvalAnsweredSchema = z.object({
  approvalId: z.string(),
  /** Who has answered; everybody who was asked when missing, because the request has ended. */
  people: z.array(z.string()).optional(),
  /** What is to be read in place of "Waits for your decision". */
  title: z.string().optional(),
});

/**
 * That people have been answered for, or that a request has ended.
 * @public
 */
export type ApprovalAnswered = z.infer<typeof approvalAnsweredSchema>;

/**
 * The scope of the notifications by which people are asked for an answer.
 * @public
 */
export function askingScope(approvalId: string): string {
  return `approvals/${approvalId}`;
}

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
