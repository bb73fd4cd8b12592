import { DateTime } from 'luxon';
import { formatDuration } from '../time/formatDuration';
import { useNow } from '../time/useNow';
import styles from './StepList.module.css';

/** How long a step took, or has been running so far. */
export function StepDuration(props: { startedAt?: string; endedAt?: string }) {
  const { startedAt, endedAt } = props;
  const now = useNow(startedAt && !endedAt ? 1000 : undefined);
  if (!startedAt) {
    return null;
  }
  const start = DateTime.fromISO(startedAt);
  const end = endedAt ? DateTime.fromISO(endedAt).toMillis() : now;
  return (
    <time
      className={styles.duration}
      title={`Started ${start.toFormat('d LLLL yyyy, HH:mm:ss ZZZZ')}`}
    >
      {formatDuration(end - start.toMillis())}
    </time>
  );
}
