import type { OperationDefinition } from '../definitions';
import type { Operation, StepRecord } from '../types';

/**
 * How an operation can be called off as it stands; undefined when it cannot.
 *
 * @internal
 */
export function wayToCancel(
  definition: OperationDefinition,
  operation: Pick<Operation, 'state' | 'failing' | 'steps'> & {
    fromState: string | null;
  },
): Operation['cancel'] {
  const { state, failing, steps, fromState } = operation;
  if (failing || ['succeeded', 'failed', 'cancelled'].includes(state)) {
    return undefined;
  }
  const { cancel, from } = definition;
  const touched = steps.filter(mayHaveTouched);
  if (
    !touched.length &&
    fromState !== null &&
    (cancel?.atOnceFrom ?? from).includes(fromState)
  ) {
    return 'at-once';
  }
  const isTooLate = touched.some(step => step.id === cancel?.before);
  return cancel?.undo && !isTooLate ? 'after-undo' : undefined;
}

/** Whether an attempt at the step is done, under way, or ended nobody knows how. */
function mayHaveTouched(step: StepRecord): boolean {
  return step.state === 'succeeded' || step.attempt > step.idleAttempts;
}
