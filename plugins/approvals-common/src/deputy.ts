import { missingOrNot, refuseHiddenCharacters } from '@slipway/input';
import { z } from 'zod';
import { userRefSchema } from './request';

/** Longest time that one appointment lasts, in days. */
const LONGEST_DAYS = 92;

const time = z
  .string(missingOrNot('text', 'Give a time, as 2026-01-31T08:00:00Z.'))
  .max(40)
  .transform((value, context) => {
    const at = new Date(value);
    if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(at.getTime())) {
      context.addIssue({
        code: 'custom',
        message: 'is no time. Give it as 2026-01-31T08:00:00Z.',
      });
      return z.NEVER;
    }
    return at;
  });

/** @public */
export const deputyRequestSchema = z
  .strictObject({
    deputy: userRefSchema,
    from: time,
    until: time,
    reason: z
      .string()
      .trim()
      .max(300)
      .superRefine(refuseHiddenCharacters('sentences'))
      .optional(),
  })
  .superRefine(({ from, until }, context) => {
    const days = (until.getTime() - from.getTime()) / 86_400_000;
    if (!(days > 0 && days <= LONGEST_DAYS)) {
      context.addIssue({
        code: 'custom',
        path: ['until'],
        message: `is not within ${LONGEST_DAYS} days after from. Choose another time.`,
      });
    }
  });

/** @public */
export type DeputyRequest = z.output<typeof deputyRequestSchema>;

/** @public */
export const deputySchema = z.object({
  id: z.string(),
  /** Whose votes the deputy casts. */
  person: z.string(),
  deputy: z.string(),
  from: z.string(),
  until: z.string(),
  reason: z.string().optional(),
  createdAt: z.string(),
  /** When it was ended early. */
  endedAt: z.string().optional(),
});

/**
 * Somebody who votes for somebody else for a while.
 * @public
 */
export type Deputy = z.infer<typeof deputySchema>;

/** @public */
export const deputiesPageSchema = z.object({
  items: z.array(deputySchema),
  /** How many match, on all pages. */
  totalItems: z.number().int(),
});

/** @public */
export type DeputiesPage = z.infer<typeof deputiesPageSchema>;
