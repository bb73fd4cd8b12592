import { DateTime } from 'luxon';
import { useNow } from '../time/useNow';
import styles from './RelativeTime.module.css';

const FORMAT = new Intl.RelativeTimeFormat('en');

/** Each with its length in milliseconds, and of how many the next one is made. */
const UNITS = [
  ['second', 1000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 24],
  ['day', 86_400_000, 30],
  ['month', 2_629_746_000, 12],
  ['year', 31_556_952_000, Infinity],
] as const;

/** @public */
export interface RelativeTimeProps {
  /** A moment: ISO 8601, a Date, or milliseconds since 1970. */
  at: string | Date | number;
}

/**
 * A moment as "2 hours ago" or "in 5 minutes"; its exact time and zone are shown on hover.
 *
 * @public
 */
export function RelativeTime({ at }: RelativeTimeProps) {
  const now = useNow(30_000);
  const moment = toDateTime(at);
  if (!moment.isValid) {
    return <span>Unknown time</span>;
  }
  const isRecent = Math.abs(moment.toMillis() - now) < 10_000;
  return (
    <time
      className={styles.time}
      dateTime={moment.toISO() ?? undefined}
      title={moment.toFormat('d LLLL yyyy, HH:mm:ss ZZZZ')}
    >
      {isRecent ? 'just now' : toRelative(moment.toMillis() - now)}
    </time>
  );
}

/** To the nearest: what is made for 8 hours does not end "in 7 hours" a second later. */
function toRelative(milliseconds: number): string {
  for (const [unit, length, limit] of UNITS) {
    const count = Math.round(milliseconds / length);
    if (Math.abs(count) < limit) {
      return FORMAT.format(count, unit);
    }
  }
  return '';
}

function toDateTime(at: string | Date | number): DateTime {
  if (typeof at === 'string') {
    return DateTime.fromISO(at);
  }
  return typeof at === 'number'
    ? DateTime.fromMillis(at)
    : DateTime.fromJSDate(at);
}
