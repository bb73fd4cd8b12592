import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { OperationDefinition, OperationStep } from '../definitions';
import type {
  Operation,
  OperationError,
  OperationFailing,
  OperationOutcome,
  Resource,
} from '../types';
import { appendEvent } from './appendEvent';
import type { StoreContext } from './context';
import { changeState } from './resources';
import { toOperation, type OperationRow, type StepRow } from './rows';

/** What no longer says that anybody has the operation. */
export const LEASE_OVER = { lease_owner: null, lease_expires_at: null };

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
  const steps = await trx<StepRow>('operations_steps').where({
    operation_id: operationId,
  });
  const to = {
    succeeded: definition.succeeds,
    failed: stateOfFailure(definition, row, steps),
    cancelled: definition.cancel?.ends ?? row.from_state,
  }[outcome];
  let resource = options.resource;
  if (to && to !== resource.state) {
    resource = await changeState(context, trx, {
      seen: resource,
      to,
      operationId,
      isReturn: outcome === 'cancelled' && to === row.from_state,
    });
  }
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

function stateOfFailure(
  { fails, leftUndone }: OperationDefinition,
  { failing }: OperationRow,
  steps: StepRow[],
): string | undefined {
  const isLeft =
    failing &&
    leftUndone &&
    !steps.some(s => s.step_id === leftUndone.step && s.state === 'succeeded');
  return isLeft ? leftUndone.ends : fails;
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
  await beginUndo(context, trx, {
    operation,
    resource,
    definition,
    undo: definition.undo,
    failing: error,
    event: 'operation.undoing',
    actor,
  });
}

/** From here on the operation takes back what it did; its own steps never run again. */
export async function beginUndo(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    operation: Operation;
    resource: Resource;
    definition: OperationDefinition;
    undo: readonly Pick<OperationStep, 'id' | 'title'>[];
    failing: OperationFailing;
    event: string;
    actor?: string;
  },
): Promise<void> {
  const { operation, resource, definition, undo, failing } = options;
  await trx<OperationRow>('operations_operations')
    .where({ id: operation.id })
    .update({
      ...LEASE_OVER,
      state: 'pending',
      paused_scope: null,
      wake_at: null,
      error: JSON.stringify(failing) as never,
      failing: JSON.stringify(failing) as never,
      updated_at: trx.raw(context.clock),
    });
  await trx<StepRow>('operations_steps').insert(
    undo.map((step, index) => ({
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
    type: options.event,
    data: {
      type: operation.type,
      title: definition.title,
      message: failing.message,
    },
    actor: options.actor,
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
