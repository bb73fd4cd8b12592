const DAY_MS = 86_400_000;
/** So much earlier than at most: the clock here may be ahead of the service's. */
const LEEWAY_MS = 60_000;
const USUAL_DAYS = [1, 7, 30, 90];

/** A number of days, or `date` for until the end of a day of one's own choice. */
export type WaiverLength = `${number}` | 'date';

/**
 * For how long a waiver may be asked for.
 *
 * @param longestDays - at most; undefined when it is not known: then the service says when it is too long
 */
export function lengthsUpTo(longestDays = Infinity): WaiverLength[] {
  const days = USUAL_DAYS.filter(each => each < longestDays);
  return [
    ...days.map(toLength),
    ...(Number.isFinite(longestDays) ? [toLength(longestDays)] : []),
    'date',
  ];
}

/** "30 days" */
export function wordsForDays(days: number): string {
  if (days < 1) {
    const hours = Math.max(1, Math.floor(days * 24));
    return hours === 1 ? 'One hour' : `${hours} hours`;
  }
  return days < 2 ? 'One day' : `${Math.floor(days)} days`;
}

/**
 * When a waiver of this length ends, as a time in ISO 8601; empty when no day was chosen.
 *
 * @param date - a day such as 2026-12-31, whose end where the person is counts
 * @param now - milliseconds since 1970
 */
export function endOf(
  { length, date }: { length: WaiverLength; date: string },
  now: number,
  longestDays = Infinity,
): string {
  if (length !== 'date') {
    const days = Number(length);
    const leeway = days >= longestDays ? LEEWAY_MS : 0;
    return new Date(now + days * DAY_MS - leeway).toISOString();
  }
  const end = new Date(`${date}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return Number.isNaN(end.getTime()) ? '' : end.toISOString();
}

/** Whether a waiver that ends then lasts longer than it may. */
export function isTooLong(
  expiresAt: string,
  now: number,
  longestDays = Infinity,
): boolean {
  return Date.parse(expiresAt) - now > longestDays * DAY_MS;
}

function toLength(days: number): WaiverLength {
  return `${days}`;
}
