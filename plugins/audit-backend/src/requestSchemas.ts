import { InputError } from '@backstage/errors';
import { auditOutcomes, auditSeverities } from '@slipway/plugin-audit-common';
import { z } from 'zod';

const time = z
  .string()
  .refine(isTime, 'is no time. Write it as 2026-11-25 or 2026-11-25T14:00:00Z.')
  .transform(value => new Date(value).toISOString())
  .optional();
/** Postgres' text has no place for NUL and halves of surrogate pairs. */
const text = z
  .string()
  .refine(
    value => !value.includes('\0') && !/[\ud800-\udfff]/u.test(value),
    'holds a character that cannot be stored. Leave it out.',
  )
  .optional();
const listOf = <T extends readonly [string, ...string[]]>(values: T) =>
  z
    .union([z.enum(values), z.array(z.enum(values))])
    .transform(value => [value].flat())
    .optional();

const period = { from: time, to: time };

/** What a list of entries is narrowed to. */
export const eventsQuerySchema = z.object({
  ...period,
  actor: text,
  plugin: text,
  event: text,
  outcome: listOf(auditOutcomes),
  severity: listOf(auditSeverities),
  subject: text,
  correlationId: text,
  operation: text,
  cursor: z.string().optional(),
  limit: z.coerce.number().int().optional(),
});

/** The period of an export. */
export const exportQuerySchema = z.object(period);

/**
 * Reads a query.
 *
 * @throws InputError that names the parameters that are wrong
 */
export function parseQuery<T extends { from?: string; to?: string }>(
  schema: z.ZodType<T>,
  query: unknown,
): T {
  const result = schema.safeParse(query);
  if (!result.success) {
    throw new InputError(
      result.error.issues
        .map(issue => `${issue.path.join('.')} ${issue.message}`)
        .join('; '),
    );
  }
  const { from, to } = result.data;
  if (from && to && from >= to) {
    throw new InputError('from is not before to. Exchange them.');
  }
  return result.data;
}

function isTime(value: string): boolean {
  const [, day] =
    /^(\d{4}-\d\d-\d\d)(T.*(Z|[+-]\d\d:?\d\d))?$/.exec(value) ?? [];
  return day !== undefined && isOfCalendar(day, day) && isOfCalendar(value);
}

/**
 * Whether JavaScript reads a time, and Postgres does too: it knows no year 0, and none of more than four digits is written here.
 *
 * @param day - as it has to be read: JavaScript takes the 30th of February for a day of March
 */
function isOfCalendar(value: string, day = ''): boolean {
  const parsed = Date.parse(value);
  if (Number.isNaN(parsed)) {
    return false;
  }
  const read = new Date(parsed).toISOString();
  return /^(?!0000)\d{4}-/.test(read) && read.startsWith(day);
}
