import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { StoreContext } from '../database/context';
import { callOffIfAsked } from '../database/cancelling';
import { endOperation, failOperation } from '../database/endings';
import { claimOperation, releaseLease, withFence } from '../database/leases';
import type { Lease } from '../database/leases';
import { markUncertain, postpone } from '../database/putAside';
import { beginStep, finishStep, recordIdle } from '../database/steps';
import { CalledOffError, PausedError, isOperationError } from '../errors';
import type { OperationStep } from '../definitions';
import type { Operation, OperationError, OperationOutcome } from '../types';
import { attemptStep, type Signals } from './attemptStep';
import type { Verdict } from './decide';
import { keepLease } from './keepLease';

/** @internal */
export interface RunOptions {
  operationId: string;
  /** Names this worker in the lease. */
  owner: string;
  leaseMs: number;
  /** Milliseconds; default a third of the lease. */
  renewMs?: number;
  logger: LoggerService;
  /** Aborted when the process stops: the lease is given back. */
  stopping: AbortSignal;
}

/**
 * Takes an operation and runs it until it ends, waits, needs a person, or is lost. Returns
 * whether there was something to take.
 */
export async function runOperation(
  context: StoreContext,
  options: RunOptions,
): Promise<boolean> {
  const claimedAt = performance.now();
  const lease = await claimOperation(context, options);
  if (!lease) {
    return false;
  }
  const logger = options.logger.child({
    operation: lease.operation.id,
    operationType: lease.operation.type,
    resource: lease.resource.id,
  });
  const kept = keepLease(context, lease, {
    ...options,
    logger,
    claimedAt,
  });
  try {
    await runSteps(context, lease, {
      logger,
      lost: kept.lost,
      calledOff: kept.calledOff,
      stopping: options.stopping,
    });
  } catch (error) {
    if (isOperationError(error, 'StaleFenceError')) {
      logger.info('Another worker has taken the operation over');
    } else {
      // Most likely our own database. The lease runs out and somebody takes the operation up.
      logger.warn(
        'Lost hold of an operation; it will be taken up again',
        toError(error),
      );
    }
  } finally {
    kept.stop();
  }
  return true;
}

async function runSteps(
  context: StoreContext,
  lease: Lease,
  run: Signals & { logger: LoggerService },
): Promise<void> {
  const done = new Map(
    lease.operation.steps
      .filter(s => s.state === 'succeeded')
      .map(s => [s.id, s.output ?? {}]),
  );
  for (const step of lease.plan) {
    if (done.has(step.id)) {
      continue;
    }
    if (run.stopping.aborted) {
      await releaseLease(context, lease);
      return;
    }
    const verdict = await runStep(context, lease, step, {
      ...run,
      outputs: Object.fromEntries(done),
    });
    if (verdict.kind !== 'done') {
      await settle(context, lease, verdict);
      return;
    }
    await finishStep(context, lease, step, verdict.output);
    done.set(step.id, verdict.output);
  }
  await withFence(context, lease, async (trx, resource) => {
    if (!(await callOffIfAsked(context, trx, lease, resource))) {
      await endOperation(context, trx, {
        operationId: lease.operation.id,
        definition: lease.definition,
        resource,
        ...endingOf(lease.operation),
      });
    }
  });
}

/** What an operation ends as when all steps of its plan are done. */
function endingOf({ failing }: Operation): {
  outcome: OperationOutcome;
  error?: OperationError;
} {
  if (!failing) return { outcome: 'succeeded' };
  return failing.calledOff
    ? { outcome: 'cancelled' }
    : { outcome: 'failed', error: failing };
}

async function runStep(
  context: StoreContext,
  lease: Lease,
  step: OperationStep,
  run: Signals & {
    logger: LoggerService;
    outputs: Record<string, JsonObject>;
  },
): Promise<Verdict> {
  const scopes =
    step.pauseScopes?.({
      input: lease.operation.input,
      resource: lease.resource,
      outputs: run.outputs,
    }) ?? [];
  try {
    const begun = await beginStep(context, lease, step, scopes);
    return await attemptStep(context, lease, step, {
      ...run,
      ...begun,
      scopes,
    });
  } catch (error) {
    if (error instanceof PausedError) {
      return { kind: 'paused', scope: error.scope };
    }
    if (error instanceof CalledOffError) {
      return { kind: 'called-off' };
    }
    throw error;
  }
}

async function settle(
  context: StoreContext,
  lease: Lease,
  verdict: Exclude<Verdict, { kind: 'done' }>,
): Promise<void> {
  switch (verdict.kind) {
    case 'released':
      return releaseLease(context, lease);
    case 'paused':
      return postpone(context, lease, { pausedScope: verdict.scope });
    case 'waiting':
      return postpone(context, lease, verdict);
    case 'uncertain':
      return markUncertain(context, lease, verdict.error);
    case 'called-off': {
      const done = await withFence(context, lease, async (trx, resource) => {
        if (verdict.idleStep) {
          await recordIdle(trx, lease, verdict.idleStep);
        }
        return callOffIfAsked(context, trx, lease, resource);
      });
      return done ? undefined : releaseLease(context, lease);
    }
    default:
      if (lease.operation.failing) {
        // What it did is still there, so that nobody may take it for over and done with.
        return markUncertain(context, lease, verdict.error);
      }
      return withFence(context, lease, async (trx, resource) => {
        if (await callOffIfAsked(context, trx, lease, resource)) return;
        await failOperation(context, trx, {
          operation: lease.operation,
          definition: lease.definition,
          resource,
          error: verdict.error,
        });
      });
  }
}
