import {
  RiAlertLine,
  RiCheckboxCircleLine,
  RiCloseCircleLine,
  RiHourglassLine,
  RiLoader4Line,
  RiPauseCircleLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import styles from './StatusBadge.module.css';
import { type StatusTone, toneOfStatus, wordForStatus } from './statuses';

const ICONS: Record<StatusTone, RemixiconComponentType> = {
  neutral: RiPauseCircleLine,
  waiting: RiHourglassLine,
  progress: RiLoader4Line,
  positive: RiCheckboxCircleLine,
  attention: RiAlertLine,
  negative: RiCloseCircleLine,
};

/** @public */
export interface StatusBadgeProps {
  /** The state as the API says it, for example `awaiting-approval`. */
  status: string;
  /** Shown instead of the state's own word. */
  label?: string;
  /** Given for words that are no states of Slipway. */
  tone?: StatusTone;
}

/**
 * A state as icon, word and colour. The only place where states get their looks.
 *
 * @public
 */
export function StatusBadge(props: StatusBadgeProps) {
  const { status, label = wordForStatus(status) } = props;
  const tone = props.tone ?? toneOfStatus(status);
  const Icon = ICONS[tone];
  return (
    <span className={styles.badge} data-tone={tone}>
      <Icon className={styles.icon} size={14} aria-hidden />
      {label}
    </span>
  );
}
