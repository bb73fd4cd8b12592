import { missingOrNot } from '@slipway/input';
import { z } from 'zod';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * When a database ends: a day, which is meant to its end in UTC, or a moment with its zone; comes out in ISO 8601 in UTC.
 * @public
 */
export const databaseExpiresAtSchema = z
  .string(missingOrNot('text', 'Give a day such as "2027-01-31".'))
  .transform((value, context) => {
    const text = DAY.test(value) ? `${value}T23:59:59.000Z` : value;
    const time = MOMENT.test(text) ? new Date(text) : undefined;
    if (time && isSameDay(text, time)) return time.toISOString();
    context.addIssue({
      code: 'custom',
      message:
        'is no time. Give a day such as "2027-01-31", or a moment such as "2027-01-31T18:00:00Z".',
    });
    return z.NEVER;
  });

/** The 31st of February is read as one of March. */
function isSameDay(text: string, time: Date): boolean {
  const [, month, day] = text.slice(0, 10).split('-').map(Number);
  const days = new Date(
    Date.UTC(Number(text.slice(0, 4)), month, 0),
  ).getUTCDate();
  return !Number.isNaN(time.getTime()) && month >= 1 && day <= days;
}

/**
 * Until when a database is to go on.
 * @public
 */
export const extendRequestSchema = z.strictObject(
  { expiresAt: databaseExpiresAtSchema },
  {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
        return `The request has fields that are not known: ${keys}. Take them out.`;
      }
      return 'The request is not a JSON object. Send one with expiresAt.';
    },
  },
);

/** @public */
export type ExtendRequest = z.output<typeof extendRequestSchema>;

/** @public */
export const databaseExpiryRuleSchema = z.object({
  environment: z.string(),
  /** How long an order goes that says nothing; for ever when absent. */
  defaultDays: z.number().optional(),
  /** The longest that anybody may ask for, from now on; without a limit when absent. */
  maxDays: z.number().optional(),
});

/**
 * How long databases of an environment go.
 * @public
 */
export type DatabaseExpiryRule = z.infer<typeof databaseExpiryRuleSchema>;
