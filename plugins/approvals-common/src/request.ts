import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { missingOrNot, refuseHiddenCharacters } from '@slipway/input';
import { z } from 'zod';

const TEXT_MAX = 2_000;

function text(max: number) {
  return z
    .string(missingOrNot('text', 'Give it some text.'))
    .trim()
    .min(1, { error: 'is empty. Give it some text.' })
    .max(max, {
      error: `is too long. Shorten it to at most ${max} characters.`,
    });
}

/** A full entity ref of one kind, in lower case. */
function entityRef(kind: 'user' | 'group') {
  return z
    .string(missingOrNot('text', `Give a ${kind}, as ${kind}:default/name.`))
    .max(200)
    .transform((value, context) => {
      try {
        const ref = parseEntityRef(value, {
          defaultKind: kind,
          defaultNamespace: 'default',
        });
        if (ref.kind.toLocaleLowerCase('en-US') === kind) {
          return stringifyEntityRef(ref);
        }
      } catch {
        // Said below.
      }
      context.addIssue({
        code: 'custom',
        message: `is no ${kind}. Give it as ${kind}:default/name.`,
      });
      return z.NEVER;
    });
}

/** @public */
export const userRefSchema = entityRef('user');

/** @public */
export const groupRefSchema = entityRef('group');

/** @public */
export const approvalSubjectSchema = z.strictObject({
  kind: z
    .string(missingOrNot('text', 'Name the kind, for example database-order.'))
    .regex(/^[a-z][a-z0-9-]{0,62}$/, {
      error:
        'is no kind. Use lowercase letters, digits and hyphens, at most 63, beginning with a letter.',
    }),
  id: text(200),
});

/**
 * What is decided about. Opaque to approvals: only the plugin that asks knows what it means.
 * @public
 */
export type ApprovalSubject = z.output<typeof approvalSubjectSchema>;

/** @public */
export const approvalDigestSchema = z
  .string(missingOrNot('text', 'Give the SHA-256 of what is to be approved.'))
  .regex(/^[0-9a-f]{64}$/, {
    error: 'is no SHA-256. Give 64 hexadecimal digits in lower case.',
  });

/** @public */
export const approvalRuleSchema = z
  .array(
    z.strictObject({
      groups: z
        .array(groupRefSchema)
        .min(1, { error: 'is empty. Name at least one group.' })
        .max(10, { error: 'has more than 10 groups. Name fewer.' })
        .transform(groups => [...new Set(groups)].sort()),
      required: z
        .number(missingOrNot('a number', 'Say how many have to approve.'))
        .int()
        .min(1, { error: 'is less than 1. Ask for at least one approval.' })
        .max(20, { error: 'is more than 20. Ask for fewer approvals.' }),
    }),
    missingOrNot('a list', 'Say which groups decide, and how many of them.'),
  )
  .min(1, { error: 'is empty. Say which groups decide.' })
  .max(10, { error: 'has more than 10 parts. Use fewer.' });

/**
 * Who decides: of each part's groups so many people have to approve, and all parts have to be met.
 * Somebody who belongs to groups of two parts counts in both.
 * @public
 */
export type ApprovalRule = z.output<typeof approvalRuleSchema>;

const hours = z
  .number()
  .min(0.01)
  .max(24 * 90);

/** @public */
export const approvalRequestSchema = z.strictObject({
  subject: approvalSubjectSchema,
  /** What is decided about, for people, for example "Order orders-db for production". */
  title: text(200),
  /** A path of the portal that shows the thing. */
  link: z
    .string()
    .max(500)
    .regex(/^\/(?![/\\])[^\\\s]*$/, {
      error: 'is no path of the portal. Begin it with a single slash.',
    })
    .optional(),
  /** What people have to know to decide, in the order in which they read it. Never a secret. */
  facts: z
    .array(z.strictObject({ label: text(60), value: text(500) }))
    .max(30, { error: 'has more than 30 entries. Leave some out.' })
    .default([]),
  digest: approvalDigestSchema,
  rule: approvalRuleSchema,
  requester: userRefSchema,
  /** Those who made what is decided about. They never decide, as the requester does not. */
  authors: z
    .array(userRefSchema)
    .max(100, { error: 'has more than 100 people.' })
    .default([])
    .transform(refs => [...new Set(refs)].sort()),
  reason: text(TEXT_MAX).optional(),
  environment: text(63).optional(),
  /** The group that owns the thing. Its members see the request. */
  owner: groupRefSchema,
  /** Until when there has to be a decision; as configured when left out. */
  expiresAfterHours: hours.optional(),
  /** When deciders are reminded, counted from now; as configured when left out. */
  remindAfterHours: z.array(hours).max(10).optional(),
});

/**
 * A request as a plugin sends it.
 * @public
 */
export type ApprovalRequestInput = z.input<typeof approvalRequestSchema>;

/**
 * A request that was checked.
 * @public
 */
export type ApprovalRequest = z.output<typeof approvalRequestSchema>;

/** @public */
export const voteRequestSchema = z
  .strictObject({
    answer: z.enum(['approve', 'reject'], {
      error: 'is not known. Answer approve or reject.',
    }),
    /** Why; needed to reject. */
    reason: z
      .string()
      .trim()
      .max(TEXT_MAX, {
        error: `is too long. Shorten it to at most ${TEXT_MAX} characters.`,
      })
      .superRefine(refuseHiddenCharacters('sentences'))
      .optional()
      .transform(value => value || undefined),
    /** Whose deputy one votes as. */
    onBehalfOf: userRefSchema.optional(),
  })
  .superRefine((vote, context) => {
    if (vote.answer === 'reject' && !vote.reason) {
      context.addIssue({
        code: 'custom',
        path: ['reason'],
        message:
          'is missing. Say why, so that the requester knows how to go on.',
      });
    }
  });

/** @public */
export type VoteRequest = z.output<typeof voteRequestSchema>;
