import type { Knex } from 'knex';
import type { OperationDefinition } from '../definitions';
import type { Operation, Resource } from '../types';
import { appendEvent } from './appendEvent';
import type { StoreContext } from './context';
import { beginUndo, endOperation } from './endings';
import type { Lease } from './leases';
import { getOperation } from './reading';
import type { OperationRow } from './rows';

/**
 * Carries out that an operation is called off. The caller's transaction holds the resource's row,
 * and no step is under way: nobody has the operation, or the caller is the one who has it.
 *
 * @returns false when it is too late; the operation then goes on
 */
export async function callOff(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    operation: Operation;
    resource: Resource;
    definition: OperationDefinition;
    actor: string;
  },
): Promise<boolean> {
  const { operation, resource, definition, actor } = options;
  if (operation.cancel === 'at-once') {
    await endOperation(context, trx, {
      operationId: operation.id,
      resource,
      definition,
      outcome: 'cancelled',
      actor,
    });
    return true;
  }
  if (operation.cancel === 'after-undo') {
    await beginUndo(context, trx, {
      operation,
      resource,
      definition,
      undo: definition.cancel?.undo ?? [],
      failing: { kind: 'terminal', message: 'Called off', calledOff: true },
      event: 'operation.calling-off',
      actor,
    });
    return true;
  }
  await appendEvent(context, trx, {
    resource,
    operationId: operation.id,
    type: 'operation.cancel-missed',
    data: { title: definition.title },
    actor,
  });
  return false;
}

/** Carries out what somebody asked for while this worker had the operation, if somebody did. */
export async function callOffIfAsked(
  context: StoreContext,
  trx: Knex.Transaction,
  { operation: { id }, definition }: Lease,
  resource: Resource,
): Promise<boolean> {
  const row = await trx<OperationRow>('operations_operations')
    .where({ id })
    .first('cancel_requested_by');
  if (!row?.cancel_requested_by) {
    return false;
  }
  // From here on it is done, or too late.
  await trx<OperationRow>('operations_operations')
    .where({ id })
    .update({ cancel_requested_by: null });
  return callOff(context, trx, {
    operation: await getOperation(context, trx, id),
    resource,
    definition,
    actor: row.cancel_requested_by,
  });
}
