import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { StoreContext } from '../database/context';
import { appendEvent } from '../database/appendEvent';
import { withFence, type Lease } from '../database/leases';
import { recordIntent } from '../database/steps';
import {
  AmbiguousError,
  RetryableError,
  StaleFenceError,
  isOperationError,
} from '../errors';
import type { OperationStep, StepContext } from '../definitions';
import type { Resource, StepRecord } from '../types';
import { assertPublic } from './assertPublic';
import { DEFAULT_MAX_ATTEMPTS, decide, type Verdict } from './decide';

const DEFAULT_TIMEOUT_MS = 120_000;

/** What cuts an attempt short. */
export interface Signals {
  /** The lease. */
  lost: AbortSignal;
  /** The operation, by somebody. */
  calledOff: AbortSignal;
  /** The process. */
  stopping: AbortSignal;
}

interface Attempt extends Signals {
  logger: LoggerService;
  outputs: Record<string, JsonObject>;
  scopes: string[];
  resource: Resource;
  record: StepRecord;
}

/** Runs a step once: looks first if an earlier attempt may have come through. */
export async function attemptStep(
  context: StoreContext,
  lease: Lease,
  step: OperationStep,
  attempt: Attempt,
): Promise<Verdict> {
  const { record, logger } = attempt;
  const limit = (step.retry?.maxAttempts ?? DEFAULT_MAX_ATTEMPTS) + 5;
  if (record.attempt > limit) {
    // Failures are counted by `decide`; to come here, workers must have died in this step.
    return decide(
      step,
      record.attempt,
      new AmbiguousError(
        `Interrupted ${record.attempt - 1} times at '${step.title}'`,
      ),
    );
  }
  const timeout = AbortSignal.timeout(step.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const stepContext = createStepContext(context, lease, step, attempt, timeout);
  let onlyLooked = true;
  try {
    if (record.attempt > 1 && step.observe) {
      const seen = await look(step, stepContext);
      if (seen) return seen;
    }
    onlyLooked = false;
    const output = (await step.run(stepContext)) ?? {};
    assertPublic(output, step.id);
    return { kind: 'done', output };
  } catch (error) {
    // Ours to handle further up: the outside is not in question.
    if (
      isOperationError(error, 'StaleFenceError') ||
      isOperationError(error, 'PausedError')
    ) {
      throw error;
    }
    if (attempt.lost.aborted) {
      throw new StaleFenceError('The lease was lost', error);
    }
    if (attempt.calledOff.aborted) {
      return afterCallingOff(step, stepContext, { error, onlyLooked });
    }
    if (attempt.stopping.aborted) {
      return { kind: 'released' };
    }
    logger.warn(`Step '${step.id}' failed`, toError(error));
    if (
      isOperationError(error, 'RetryableError') ||
      isOperationError(error, 'TerminalError')
    ) {
      const verdict = decide(step, record.attempt, error);
      return verdict.kind === 'waiting' && onlyLooked
        ? { ...verdict, idle: true }
        : verdict;
    }
    return afterAmbiguity(step, stepContext, record.attempt, error);
  }
}

/**
 * An attempt that was cut short because somebody called the operation off. It is not repeated: what it did is taken back, and
 * whoever takes it back should know of what came through all the same.
 */
async function afterCallingOff(
  step: OperationStep,
  context: StepContext,
  { error, onlyLooked }: { error: unknown; onlyLooked: boolean },
): Promise<Verdict> {
  context.logger.info(`Step '${step.id}' was called off`);
  const isRetryable = isOperationError(error, 'RetryableError');
  const nothingSent =
    isRetryable && 'nothingSent' in error && error.nothingSent === true;
  if (onlyLooked || nothingSent) {
    return { kind: 'called-off', idleStep: step.id };
  }
  if (!isRetryable && !isOperationError(error, 'TerminalError')) {
    const signal = AbortSignal.timeout(DEFAULT_TIMEOUT_MS);
    const seen = await look(step, { ...context, signal }).catch(lookError => {
      context.logger.warn(
        `Looking after step '${step.id}' failed`,
        toError(lookError),
      );
    });
    if (seen?.kind === 'done') return seen;
  }
  return { kind: 'called-off' };
}

/** A last look decides whether an ambiguous attempt is done, may be repeated, or is for a person. */
async function afterAmbiguity(
  step: OperationStep,
  context: StepContext,
  attempt: number,
  error: unknown,
): Promise<Verdict> {
  if (!step.observe) {
    return decide(step, attempt, error);
  }
  try {
    // The step's own time may be what ran out, so that looking has a time of its own.
    const fresh = {
      ...context,
      signal: AbortSignal.timeout(step.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    };
    const seen = await look(step, fresh);
    if (seen) return seen;
  } catch (lookError) {
    context.logger.warn(
      `Looking after step '${step.id}' failed`,
      toError(lookError),
    );
    if (isOperationError(lookError, 'RetryableError')) {
      // Not to be told now; the next attempt looks first.
      const verdict = decide(step, attempt, lookError);
      // That looking was of no avail says nothing about what was done before it.
      return verdict.kind === 'waiting' ? { ...verdict, idle: false } : verdict;
    }
    return decide(step, attempt, error);
  }
  return decide(
    step,
    attempt,
    // It left nothing behind, so what was ambiguous is settled.
    isOperationError(error, 'AmbiguousError')
      ? new RetryableError(error.message)
      : error,
  );
}

async function look(
  step: OperationStep,
  context: StepContext,
): Promise<Verdict | undefined> {
  const seen = await step.observe?.(context);
  if (seen?.status === 'done') {
    return { kind: 'done', output: seen.output ?? {} };
  }
  if (seen?.status === 'unknown') {
    return decide(step, context.attempt, new AmbiguousError(seen.reason));
  }
  return undefined;
}

function createStepContext(
  context: StoreContext,
  lease: Lease,
  step: OperationStep,
  attempt: Attempt,
  timeout: AbortSignal,
): StepContext {
  const { resource, record, logger, outputs, scopes } = attempt;
  return {
    operationId: lease.operation.id,
    stepId: step.id,
    resource,
    input: lease.operation.input,
    actor: lease.operation.actor,
    idempotencyKey: `${lease.operation.id}/${step.id}`,
    fence: lease.fence,
    attempt: record.attempt,
    signal: AbortSignal.any([
      attempt.lost,
      attempt.calledOff,
      attempt.stopping,
      timeout,
    ]),
    logger,
    outputs,
    intents: record.intents,
    intend: (label, name) =>
      recordIntent(context, lease, { stepId: step.id, label, name, scopes }),
    transact: fn => withFence(context, lease, trx => fn(trx)),
    report: (message, data) =>
      withFence(context, lease, trx =>
        appendEvent(context, trx, {
          resource,
          operationId: lease.operation.id,
          type: 'step.reported',
          data: { ...data, stepId: step.id, message },
        }),
      ),
  };
}
