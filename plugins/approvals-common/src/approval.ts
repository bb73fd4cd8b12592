import { z } from 'zod';

/** @public */
export const approvalStates = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'withdrawn',
  'superseded',
] as const;

/**
 * `pending` waits for people. All others are ends and never change: `superseded` when another
 * request for the same subject took its place, with its votes.
 * @public
 */
export type ApprovalState = (typeof approvalStates)[number];

/** @public */
export const approvalAnswers = ['approve', 'reject'] as const;

/** @public */
export type ApprovalAnswer = (typeof approvalAnswers)[number];

/** @public */
export const approvalVoteSchema = z.object({
  /** Whose vote it is. */
  person: z.string(),
  /** Who cast it: the person, or a deputy. */
  castBy: z.string(),
  answer: z.enum(approvalAnswers),
  reason: z.string().optional(),
  at: z.string(),
});

/** @public */
export type ApprovalVote = z.infer<typeof approvalVoteSchema>;

/** @public */
export const approvalSchema = z.object({
  id: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  title: z.string(),
  link: z.string().optional(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  digest: z.string(),
  rule: z.array(
    z.object({ groups: z.array(z.string()), required: z.number().int() }),
  ),
  state: z.enum(approvalStates),
  requester: z.string(),
  /** Who never decides: the requester and the authors. */
  excluded: z.array(z.string()),
  reason: z.string().optional(),
  environment: z.string().optional(),
  owner: z.string(),
  votes: z.array(approvalVoteSchema),
  createdAt: z.string(),
  expiresAt: z.string(),
  endedAt: z.string().optional(),
  /** Why it ended as it did, when somebody said so. */
  endReason: z.string().optional(),
  /** The request that took its place. */
  supersededBy: z.string().optional(),
});

/**
 * A request for approval and how it stands.
 * @public
 */
export type Approval = z.infer<typeof approvalSchema>;

/** @public */
export const approvalDetailsSchema = approvalSchema.extend({
  /** By part of the rule, how many approvals count now: those of who belongs to its groups today. */
  approvals: z.array(z.number().int()),
  me: z.object({
    mayVote: z.boolean(),
    /** Why not, and who can. */
    reason: z.string().optional(),
    /** For whom one may vote: oneself, and those whose deputy one is. */
    voteAs: z.array(z.string()),
    mayWithdraw: z.boolean(),
  }),
});

/**
 * An approval with what the one who asks may do.
 * @public
 */
export type ApprovalDetails = z.infer<typeof approvalDetailsSchema>;

/**
 * Which approvals a list shows: those that wait for me, that I asked for, or that are over.
 * @public
 */
export const approvalViews = ['to-decide', 'asked', 'decided'] as const;

/** @public */
export type ApprovalView = (typeof approvalViews)[number];

/**
 * Most items on one page of an answer.
 * @public
 */
export const APPROVALS_PAGE_MAX = 100;

/** @public */
export const approvalsPageSchema = z.object({
  items: z.array(approvalSchema),
  /** How many match, on all pages. */
  totalItems: z.number().int(),
});

/** @public */
export type ApprovalsPage = z.infer<typeof approvalsPageSchema>;

/**
 * The page of one approval in the portal.
 * @public
 */
export function approvalPagePath(id: string): string {
  return `/approvals/${encodeURIComponent(id)}`;
}
