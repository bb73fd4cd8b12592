import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { OperationDefinition } from '../definitions';
import type {
  Operation,
  OperationError,
  OperationOutcome,
  Resource,
} from '../types';
import { appendEvent } from './appendEvent';
import type { StoreContext } from './context';
import { withFence, type Lease } from './leases';
import { changeState } from './resources';
import { toOperation, type OperationRow, type StepRow } from './rows';

const LEASE_OVER = { lease_owner: null, lease_expires_at: null };

/** Ends an operation; from here on its row never changes. */
export async function endOperation(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    operationId: string;
    resource: Resource;
    definition: OperationDefinition;
    outcome: OperationOutcome;
    error?: OperationError;
    actor?: string;
  },
): Promise<void> {
  const { operationId, definition, outcome, error } = options;
  await markFailed(context, trx, operationId, error);
  const [row] = await trx<OperationRow>('operations_operations')
    .where({ id: operationId })
    .whereIn('state', ['pending', 'running', 'waiting', 'uncertain'])
    .update(
      {
        ...LEASE_OVER,
        state: outcome,
        error: error ? (JSON.stringify(error) as never) : null,
        paused_scope: null,
        wake_at: null,
        updated_at: trx.raw(context.clock),
        finished_at: trx.raw(context.clock),
      },
      '*',
    );
  if (!row) {
    throw new ConflictError(`Operation '${operationId}' has already ended`);
  }
  const to =
    outcome === 'succeeded'
      ? definition.succeeds
      : (definition.fails ?? undefined);
  let resource = options.resource;
  if (to && to !== resource.state && outcome !== 'cancelled') {
    resource = await changeState(context, trx, {
      seen: resource,
      to,
      operationId,
    });
  }
  const steps = await trx<StepRow>('operations_steps').where({
    operation_id: operationId,
  });
  await definition.settled?.(trx, {
    operation: toOperation(row, steps, definition),
    resource,
    outcome,
    outputs: Object.fromEntries(steps.map(s => [s.step_id, s.output ?? {}])),
  });
  await appendEvent(context, trx, {
    resource,
    operationId,
    type: `operation.${outcome}`,
    data: {
      type: row.type,
      title: definition.title,
      ...(error && { message: error.message }),
    },
    actor: options.actor,
  });
}

/**
 * An operation that cannot succeed any more: it ends, or first takes back what it did. What cannot
 * be taken back goes to a person; when that person gives up, it ends all the same and says so.
 */
export async function failOperation(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    operation: Operation;
    resource: Resource;
    definition: OperationDefinition;
    error: OperationError | undefined;
    actor?: string;
  },
): Promise<void> {
  const { operation, resource, definition, actor } = options;
  const error = options.error ?? {
    kind: 'ambiguous',
    message: 'Nobody knows how far it came',
  };
  const { failing } = operation;
  if (failing || !definition.undo?.length) {
    await endOperation(context, trx, {
      operationId: operation.id,
      resource,
      definition,
      outcome: 'failed',
      error: failing
        ? {
            ...failing,
            message: `${failing.message.replace(/\.$/, '')}. Not taken back: ${error.message}`,
          }
        : error,
      actor,
    });
    return;
  }
  await markFailed(context, trx, operation.id, error);
  await trx<OperationRow>('operations_operations')
    .where({ id: operation.id })
    .update({
      ...LEASE_OVER,
      state: 'pending',
      error: JSON.stringify(error) as never,
      failing: JSON.stringify(error) as never,
      updated_at: trx.raw(context.clock),
    });
  await trx<StepRow>('operations_steps').insert(
    definition.undo.map((step, index) => ({
      operation_id: operation.id,
      step_id: step.id,
      position: operation.steps.length + index,
      title: step.title,
      state: 'pending' as const,
    })),
  );
  await appendEvent(context, trx, {
    resource,
    operationId: operation.id,
    type: 'operation.undoing',
    data: {
      type: operation.type,
      title: definition.title,
      message: error.message,
    },
    actor,
  });
  await context.wake(trx, operation.id);
}

async function markFailed(
  context: StoreContext,
  trx: Knex.Transaction,
  operationId: string,
  error: OperationError | undefined,
) {
  if (!error?.stepId) return;
  await trx<StepRow>('operations_steps')
    .where({ operation_id: operationId, step_id: error.stepId })
    // Once, so that it keeps the time at which it failed.
    .whereNot({ state: 'failed' })
    .update({ state: 'failed', finished_at: trx.raw(context.clock) });
}

/** Puts the operation off: until a time, or until a pause switch is turned. */
export async function postpone(
  context: StoreContext,
  lease: Lease,
  options: { delayMs: number; error: OperationError } | { pausedScope: string },
): Promise<void> {
  await withFence(context, lease, async (trx, resource) => {
    const changes =
      'pausedScope' in options
        ? { paused_scope: options.pausedScope }
        : {
            wake_at: trx.raw(
              `${context.clock} + ? * interval '1 millisecond'`,
              [options.delayMs],
            ),
            error: JSON.stringify(options.error) as never,
          };
    const before = await trx<OperationRow>('operations_operations')
      .where({ id: lease.operation.id })
      .first('error');
    await trx<OperationRow>('operations_operations')
      .where({ id: lease.operation.id })
      .update({
        ...LEASE_OVER,
        ...changes,
        state: 'waiting',
        updated_at: trx.raw(context.clock),
      });
    if ('pausedScope' in options) {
      await appendEvent(context, trx, {
        resource,
        operationId: lease.operation.id,
        type: 'operation.paused',
        data: { scope: options.pausedScope },
      });
      return;
    }
    // The same sentence again and again would bury the timeline.
    if (before?.error?.message !== options.error.message) {
      await appendEvent(context, trx, {
        resource,
        operationId: lease.operation.id,
        type: 'operation.waiting',
        data: { ...options.error },
      });
    }
    await context.wake(trx, lease.operation.id, options.delayMs);
  });
}

/** Nobody knows what the outside looks like: a person decides. */
export async function markUncertain(
  context: StoreContext,
  lease: Lease,
  error: OperationError,
): Promise<void> {
  await withFence(context, lease, async (trx, resource) => {
    await trx<OperationRow>('operations_operations')
      .where({ id: lease.operation.id })
      .update({
        ...LEASE_OVER,
        state: 'uncertain',
        error: JSON.stringify(error) as never,
        updated_at: trx.raw(context.clock),
      });
    const to = lease.definition.uncertain;
    if (to && to !== resource.state) {
      await changeState(context, trx, {
        seen: resource,
        to,
        operationId: lease.operation.id,
      });
    }
    await appendEvent(context, trx, {
      resource,
      operationId: lease.operation.id,
      type: 'operation.uncertain',
      data: { ...error },
    });
  });
}
