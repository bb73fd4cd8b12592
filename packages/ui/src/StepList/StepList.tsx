import {
  RiAlertLine,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiIndeterminateCircleLine,
  RiLoader4Line,
  RiRecordCircleLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { ReactNode } from 'react';
import { StepDuration } from './StepDuration';
import styles from './StepList.module.css';

/** @public */
export type StepState =
  'waiting' | 'running' | 'succeeded' | 'failed' | 'uncertain' | 'skipped';

/** @public */
export interface Step {
  /** Unique within the list. */
  id: string;
  /** What the step does, for example "Create the database". */
  title: string;
  state: StepState;
  /** ISO 8601. */
  startedAt?: string;
  /** ISO 8601. */
  endedAt?: string;
  /** Always shown below the step, for example why it has to wait. */
  note?: ReactNode;
  /** Cause, what is safe, and the button that helps; or a log. Opens by itself on failure. */
  detail?: ReactNode;
}

/** @public */
export interface StepListProps {
  steps: readonly Step[];
  /** What the steps belong to, for people who do not see the heading. */
  label: string;
}

const LOOKS: Record<StepState, { icon: RemixiconComponentType; word: string }> =
  {
    waiting: { icon: RiRecordCircleLine, word: 'To come' },
    running: { icon: RiLoader4Line, word: 'Running' },
    succeeded: { icon: RiCheckboxCircleFill, word: 'Done' },
    failed: { icon: RiCloseCircleFill, word: 'Failed' },
    uncertain: { icon: RiAlertLine, word: 'Outcome unknown' },
    skipped: { icon: RiIndeterminateCircleLine, word: 'Skipped' },
  };

/**
 * The steps of long work: all of them at once, those to come in grey, each with its time. A step
 * that failed opens itself.
 *
 * @public
 */
export function StepList({ steps, label }: StepListProps) {
  return (
    <ol className={styles.list} aria-label={label}>
      {steps.map(step => (
        <li
          key={step.id}
          className={styles.step}
          data-state={step.state}
          aria-current={step.state === 'running' ? 'step' : undefined}
        >
          <StepBody step={step} />
          {step.note && <p className={styles.note}>{step.note}</p>}
        </li>
      ))}
    </ol>
  );
}

function StepBody({ step }: { step: Step }) {
  const head = <StepHead step={step} />;
  if (!step.detail) {
    return head;
  }
  const needsAttention = step.state === 'failed' || step.state === 'uncertain';
  return (
    // The key opens a step that fails while one watches; after that it is the reader's to close.
    <details key={String(needsAttention)} open={needsAttention}>
      <summary className={styles.summary}>{head}</summary>
      <div className={styles.detail}>{step.detail}</div>
    </details>
  );
}

function StepHead({ step }: { step: Step }) {
  const { icon: Icon, word } = LOOKS[step.state];
  return (
    <span className={styles.head}>
      <Icon className={styles.icon} size={18} aria-hidden />
      <span className={styles.title}>{step.title}</span>
      <span className={styles.word}>{word}</span>
      <StepDuration startedAt={step.startedAt} endedAt={step.endedAt} />
    </span>
  );
}
