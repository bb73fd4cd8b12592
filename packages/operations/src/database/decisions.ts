import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { Operation, Resource } from '../types';
import { definitionOf, type StoreContext } from './context';
import { endOperation, failOperation } from './endings';
import { getOperation } from './reading';
import { lockResource } from './resources';
import { toResource } from './rows';
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

/** Calls off an operation that has not begun. */
export async function cancelOperation(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { operationId: string; actor: string },
): Promise<void> {
  const { operationId, actor } = options;
  const { operation, resource } = await hold(context, trx, operationId);
  if (operation.steps.some(s => s.attempt > 0)) {
    throw new ConflictError(
      `Operation '${operationId}' has begun; let it end, then undo it`,
    );
  }
  await endOperation(context, trx, {
    operationId,
    resource,
    definition: definitionOf(context, resource.kind, operation.type),
    outcome: 'cancelled',
    actor,
  });
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
