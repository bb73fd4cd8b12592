import { refuseHiddenCharacters } from '@slipway/input';
import {
  APPROVALS_PAGE_MAX,
  approvalDigestSchema,
  approvalSubjectSchema,
  approvalViews,
  userRefSchema,
} from '@slipway/plugin-approvals-common';
import { z } from 'zod';

const consumer = z
  .string({ error: 'is missing. Name the consumer.' })
  .regex(/^[a-z][a-z0-9-]{0,62}$/, {
    error: 'is no name. Use lowercase letters, digits and hyphens, at most 63.',
  });
const limit = z.coerce.number().int().min(1).max(APPROVALS_PAGE_MAX);
const someText = z.string().trim().min(1).max(2_000);
/** As people write it. */
const reason = someText
  .superRefine(refuseHiddenCharacters('sentences'))
  .optional();

/** What a list of approvals is narrowed to. */
export const listQuerySchema = z.object({
  view: z.enum(approvalViews).optional(),
  party: z
    .string()
    .regex(
      /^(user|group):[a-z0-9._-]+\/[a-z0-9._-]+$/,
      'is no ref of a person or a group. Write it as group:default/team-orders.',
    )
    .optional(),
  open: z
    .literal('true')
    .transform(() => true)
    .optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: limit.default(20),
});

/** Where a page of a timeline begins. */
export const eventsQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'is none that a page before this one has given')
    .optional(),
});

/** Whose vote is taken back. */
export const takeBackQuerySchema = z.object({
  onBehalfOf: userRefSchema.optional(),
});

/** The body of a person's withdrawal. */
export const withdrawSchema = z.strictObject({ reason });

/** Which approval a service means. */
export const statusQuerySchema = z
  .object({ kind: z.string(), id: z.string(), digest: approvalDigestSchema })
  .transform(({ kind, id, digest }) => ({ subject: { kind, id }, digest }));

/** The body of a service's withdrawal. */
export const withdrawRequestSchema = z.strictObject({
  subject: approvalSubjectSchema,
  digest: approvalDigestSchema,
  // Checked where somebody wrote it: a service that repeats it cannot mend it.
  reason: someText.optional(),
  /** The person for whom the service does it: who asked is not told of what they did themselves. */
  actor: userRefSchema.optional(),
});

/** Which outcomes a service reads. */
export const outcomesQuerySchema = z.object({
  consumer,
  limit: limit.default(100),
});

/** How far a consumer has come. */
export const acknowledgeSchema = z.strictObject({
  consumer,
  position: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});

/** Which deputies are listed. */
export const deputiesQuerySchema = z.object({
  all: z
    .enum(['true', 'false'])
    .transform(value => value === 'true')
    .default(false),
  person: userRefSchema.optional(),
  open: z
    .literal('true')
    .transform(() => true)
    .default(false),
  offset: z.coerce.number().int().min(0).default(0),
  limit: limit.default(APPROVALS_PAGE_MAX),
});

const token = z
  .string({ error: 'is missing. Open the link as it was sent.' })
  .regex(/^[\w-]{43}$/, {
    error: 'is not whole. Open the link as it was sent.',
  });

/** A link that is looked at. */
export const openLinkSchema = z.strictObject({ token });

/** A link that is used. */
export const useLinkSchema = z.strictObject({ token, reason });
