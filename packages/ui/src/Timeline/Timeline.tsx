import type { ReactNode } from 'react';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { StatusBadge } from '../StatusBadge/StatusBadge';
import styles from './Timeline.module.css';

/** @public */
export interface TimelineEvent {
  /** Unique within the timeline. */
  id: string;
  /** When it happened, ISO 8601. */
  at: string;
  /** What happened, for example "Personal login created". */
  title: ReactNode;
  /** The state that was reached, when one was. */
  status?: string;
  /** Who did it, as shown to people. */
  actor?: ReactNode;
  detail?: ReactNode;
}

/** @public */
export interface TimelineProps {
  /** In the order in which they are shown. */
  events: readonly TimelineEvent[];
  /** What the events belong to, for people who do not see the heading. */
  label: string;
}

/**
 * What happened to a thing, who did it and when.
 *
 * @public
 */
export function Timeline({ events, label }: TimelineProps) {
  return (
    <ol className={styles.list} aria-label={label}>
      {events.map(event => (
        <li key={event.id} className={styles.event}>
          <div className={styles.head}>
            <span className={styles.title}>{event.title}</span>
            {event.status && <StatusBadge status={event.status} />}
          </div>
          <div className={styles.meta}>
            <RelativeTime at={event.at} />
            {event.actor && <span>by {event.actor}</span>}
          </div>
          {event.detail && <div className={styles.detail}>{event.detail}</div>}
        </li>
      ))}
    </ol>
  );
}
