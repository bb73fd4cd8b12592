import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { Operation, Resource } from '../types';
import { appendEvent } from './appendEvent';
import { callOff } from './cancelling';
import { definitionOf, type StoreContext } from './context';
import { failOperation } from './endings';
import { getOperation } from './reading';
import { lockResource } from './resources';
import { toResource, type OperationRow } from './rows';
import { resumeUncertain } from './steps';

/** A person decides about an uncertain operation: go on, or give it up. */
export async function resolveUncertain(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    operationId: string;
    decision: 'resume' | 'give-up';
    actor: string;
  },
): Promise<void> {
  const { operationId, decision, actor } = options;
  const { operation, resource } = await hold(context, trx, operationId);
  if (operation.state !== 'uncertain') {
    throw new ConflictError(
      `Operation '${operationId}' is ${operation.state}, so there is nothing to decide`,
    );
  }
  if (decision === 'resume') {
    await resumeUncertain(context, trx, {
      operationId,
      resourceId: resource.id,
      actor,
    });
    return;
  }
  await failOperation(context, trx, {
    operation,
    resource,
    definition: definitionOf(context, resource.kind, operation.type),
    error: operation.error,
    actor,
  });
}

/**
 * Calls an operation off: at once when nothing was or may have been done outside, otherwise after
 * what was done has been taken back. While a worker is in the middle of a step, the worker does it
 * when that attempt has ended. Asking again changes nothing.
 */
export async function cancelOperation(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { operationId: string; actor: string },
): Promise<void> {
  const { operationId, actor } = options;
  const { operation, resource } = await hold(context, trx, operationId);
  if (operation.calledOff) {
    return;
  }
  if (!operation.cancel) {
    throw new ConflictError(whyNot(operation));
  }
  const definition = definitionOf(context, resource.kind, operation.type);
  // A worker that has begun no step yet finds, before it begins one, that the operation has ended.
  if (operation.state !== 'running' || operation.cancel === 'at-once') {
    await callOff(context, trx, { operation, resource, definition, actor });
    return;
  }
  await trx<OperationRow>('operations_operations')
    .where({ id: operationId })
    .update({ cancel_requested_by: actor, updated_at: trx.raw(context.clock) });
  await appendEvent(context, trx, {
    resource,
    operationId,
    type: 'operation.cancel-requested',
    data: { title: definition.title },
    actor,
  });
}

function whyNot({ id, state, failing }: Operation): string {
  if (['succeeded', 'failed', 'cancelled'].includes(state)) {
    return `Operation '${id}' has ended as ${state}, so there is nothing to call off`;
  }
  return failing
    ? `Operation '${id}' has failed and takes back what it did; wait until it has ended`
    : `Operation '${id}' has or may have done what cannot be taken back; let it end, then undo it`;
}

/** Locks the operation's resource, and reads the operation as it is from then on. */
async function hold(
  context: StoreContext,
  trx: Knex.Transaction,
  operationId: string,
): Promise<{ operation: Operation; resource: Resource }> {
  const { resourceId } = await getOperation(context, trx, operationId);
  const resource = toResource(await lockResource(trx, resourceId));
  return {
    operation: await getOperation(context, trx, operationId),
    resource,
  };
}
