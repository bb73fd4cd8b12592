import { Button } from '@backstage/ui';
import type { DatabaseOperation } from '@slipway/plugin-databases-common';
import {
  ErrorState,
  type Loaded,
  RelativeTime,
  type Step,
  StepList,
  layout as styles,
} from '@slipway/ui';
import type { ReactNode } from 'react';

/** Work that is under way or went wrong: all steps at once, those to come in grey. */
export function OperationSteps({
  operation,
}: {
  operation: Loaded<DatabaseOperation | undefined>;
}) {
  if (operation.error) {
    return (
      <ErrorState
        title="The steps could not be loaded"
        error={operation.error}
        onRetry={operation.reload}
      />
    );
  }
  const { value } = operation;
  if (!value || ['succeeded', 'cancelled'].includes(value.state)) {
    return null;
  }
  return (
    <section aria-labelledby="operation">
      <h2 id="operation" className={styles.heading}>
        {value.title}
      </h2>
      <StepList label={value.title} steps={toSteps(value)} />
      {value.calledOff && (
        <p className={styles.note}>
          {value.state === 'running'
            ? 'Called off. What is under way is stopped within seconds.'
            : 'Called off. What was made is removed before it ends.'}
        </p>
      )}
      {!value.finishedAt && (
        <p className={styles.note}>
          You can leave this page; the bell tells you when it is done.{' '}
          <Button size="small" variant="tertiary" onPress={operation.reload}>
            Look again
          </Button>
        </p>
      )}
    </section>
  );
}

function toSteps(operation: DatabaseOperation): Step[] {
  const { error } = operation;
  const next = operation.steps.find(({ state }) => state !== 'succeeded');
  return operation.steps.map(step => {
    const concerns =
      error &&
      (error.stepId ? error.stepId === step.id : step.state === 'failed');
    return {
      id: step.id,
      title: step.title,
      state: stateOf(operation, step),
      startedAt: step.startedAt,
      endedAt: step.finishedAt,
      note: step === next ? noteOf(operation) : undefined,
      detail: concerns ? error.message : undefined,
    };
  });
}

/** Why the step that comes next has to wait. */
function noteOf({ pause, state, wakeAt }: DatabaseOperation): ReactNode {
  if (pause) {
    return `Held up, because ${pause.title} is paused: ${pause.reason}. It goes on by itself when the pause ends.`;
  }
  return wakeAt && state === 'waiting' ? (
    <>
      Tried again <RelativeTime at={wakeAt} />.
    </>
  ) : undefined;
}

function stateOf(
  operation: DatabaseOperation,
  step: DatabaseOperation['steps'][number],
): Step['state'] {
  if (step.state === 'pending') {
    return operation.finishedAt ? 'skipped' : 'waiting';
  }
  if (step.state === 'running' && operation.state === 'uncertain') {
    return 'uncertain';
  }
  return step.state;
}
