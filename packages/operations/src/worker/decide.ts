import type { JsonObject } from '@backstage/types';
import { isOperationError } from '../errors';
import type { OperationStep } from '../definitions';
import type { OperationError } from '../types';

/** What becomes of an operation after an attempt at a step. */
export type Verdict =
  | { kind: 'done'; output: JsonObject }
  | { kind: 'released' }
  /** `idleStep`: the step whose attempt was cut short and has certainly done nothing outside. */
  | { kind: 'called-off'; idleStep?: string }
  | { kind: 'paused'; scope: string }
  /** `idle`: the attempt has certainly done nothing outside. */
  | { kind: 'waiting'; delayMs: number; error: OperationError; idle: boolean }
  | { kind: 'uncertain'; error: OperationError }
  | { kind: 'failed'; error: OperationError };

export const DEFAULT_MAX_ATTEMPTS = 8;

/**
 * Decides by the error. One of no known class is like a crash: nobody knows how far the step came,
 * and steps are safe to repeat, so it is repeated; when that does not help, a person decides.
 */
export function decide(
  step: OperationStep,
  attempt: number,
  error: unknown,
  random: () => number = Math.random,
): Verdict {
  const exhausted =
    attempt >= (step.retry?.maxAttempts ?? DEFAULT_MAX_ATTEMPTS);
  const delayMs = backoff(step, attempt, random());
  const stepId = step.id;

  if (isOperationError(error, 'TerminalError')) {
    const { message } = error;
    return { kind: 'failed', error: { kind: 'terminal', message, stepId } };
  }
  if (isOperationError(error, 'AmbiguousError')) {
    const { message } = error;
    return { kind: 'uncertain', error: { kind: 'ambiguous', message, stepId } };
  }
  if (isOperationError(error, 'RetryableError')) {
    const record = {
      kind: 'retryable' as const,
      message: error.message,
      stepId,
    };
    const asked =
      'retryAfterMs' in error ? Number(error.retryAfterMs) : undefined;
    return exhausted
      ? { kind: 'failed', error: record }
      : {
          kind: 'waiting',
          error: record,
          delayMs: asked || delayMs,
          idle: 'nothingSent' in error && error.nothingSent === true,
        };
  }
  const record = {
    kind: 'ambiguous' as const,
    // The message of an unexpected error may quote anything, even a password.
    message: 'An unexpected error; the log of this operation says more',
    stepId,
  };
  return exhausted
    ? { kind: 'uncertain', error: record }
    : { kind: 'waiting', error: record, delayMs, idle: false };
}

/** Exponential with full jitter, at least a tenth of the ceiling so that it is never a busy loop. */
export function backoff(
  step: OperationStep,
  attempt: number,
  random: number,
): number {
  const base = step.retry?.baseDelayMs ?? 1_000;
  const max = step.retry?.maxDelayMs ?? 60_000;
  const ceiling = Math.min(max, base * 2 ** Math.min(attempt - 1, 20));
  return Math.round(ceiling * (0.1 + 0.9 * random));
}
