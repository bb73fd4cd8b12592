import { DateTime } from 'luxon';
import { useNow } from '../time/useNow';
import styles from './RelativeTime.module.css';

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
      {isRecent
        ? 'just now'
        : moment.toRelative({ base: DateTime.fromMillis(now), locale: 'en' })}
    </time>
  );
}

function toDateTime(at: string | Date | number): DateTime {
  if (typeof at === 'string') {
    return DateTime.fromISO(at);
  }
  return typeof at === 'number'
    ? DateTime.fromMillis(at)
    : DateTime.fromJSDate(at);
}
