import type { Knex } from 'knex';
import { StaleFenceError } from '../errors';
import type { OperationDefinition, OperationStep } from '../definitions';
import type { Machine } from '../machine';
import type { Operation, Resource } from '../types';
import type { StoreContext } from './context';
import { lockResource } from './resources';
import {
  toOperation,
  toResource,
  type OperationRow,
  type StepRow,
} from './rows';

/** A worker's hold on an operation. */
export interface Lease {
  operation: Operation;
  resource: Resource;
  definition: OperationDefinition;
  /** The definition's steps for this operation's input, or those that take them back. */
  plan: readonly OperationStep[];
  owner: string;
  fence: bigint;
}

/**
 * Takes an operation that nobody holds, or whose holder's lease ran out by the database's clock,
 * and hands out the resource's next fence. Undefined when there is nothing to take.
 */
export async function claimOperation(
  context: StoreContext,
  options: { operationId: string; owner: string; leaseMs: number },
): Promise<Lease | undefined> {
  const { operationId, owner, leaseMs } = options;
  return context.knex.transaction(async trx => {
    await trx.raw(`SET LOCAL lock_timeout = '3s'`);
    const known = await trx<OperationRow>('operations_operations')
      .where({ id: operationId })
      .first('resource_id', 'type');
    if (!known) {
      return undefined;
    }
    // The resource's row is always locked first: the same order everywhere, so no deadlocks.
    const resource = await lockResource(trx, known.resource_id);
    const machine = context.machines.get(resource.kind);
    const definition = machine?.operation(known.type);
    if (!machine || !definition) {
      // Started by a newer version that runs beside this one; it will run it too.
      return undefined;
    }
    const [row] = await trx<OperationRow>('operations_operations')
      .where({ id: operationId })
      .whereIn('state', ['pending', 'running', 'waiting'])
      .whereNull('paused_scope')
      .whereRaw(`coalesce(lease_expires_at <= ${context.clock}, true)`)
      .whereRaw(`coalesce(wake_at <= ${context.clock}, true)`)
      .update(
        {
          state: 'running',
          wake_at: null,
          fence: (BigInt(resource.fence) + 1n).toString(),
          lease_owner: owner,
          lease_expires_at: leaseEnd(context, trx, leaseMs),
          updated_at: trx.raw(context.clock),
        },
        '*',
      );
    if (!row) {
      return undefined;
    }
    await trx('operations_resources')
      .where({ id: resource.id })
      .update({ fence: row.fence });
    const steps = await trx<StepRow>('operations_steps').where({
      operation_id: operationId,
    });
    return {
      operation: toOperation(row, steps, definition),
      resource: toResource(resource),
      definition,
      plan: planOf(machine, definition, row),
      owner,
      fence: BigInt(row.fence),
    };
  });
}

function planOf(
  machine: Machine,
  definition: OperationDefinition,
  row: OperationRow,
): readonly OperationStep[] {
  if (row.failing?.calledOff) return definition.cancel?.undo ?? [];
  if (row.failing) return definition.undo ?? [];
  return machine.stepsOf(definition, row.input);
}

/** Renews a lease, and sees whether somebody has called the operation off meanwhile. */
export async function renewLease(
  context: StoreContext,
  lease: Lease,
  leaseMs: number,
): Promise<'kept' | 'called-off' | 'lost'> {
  const { knex } = context;
  const [renewed] = await knex<OperationRow>('operations_operations')
    .where({
      id: lease.operation.id,
      state: 'running',
      fence: lease.fence.toString(),
      lease_owner: lease.owner,
    })
    .update({ lease_expires_at: leaseEnd(context, knex, leaseMs) }, [
      'cancel_requested_by',
    ]);
  if (!renewed) return 'lost';
  return renewed.cancel_requested_by ? 'called-off' : 'kept';
}

/** Gives an operation back, so that another worker takes it up at once. */
export async function releaseLease(
  context: StoreContext,
  lease: Lease,
): Promise<void> {
  await withFence(context, lease, async trx => {
    await trx('operations_operations')
      .where({ id: lease.operation.id })
      .update({ lease_owner: null, lease_expires_at: null });
    await context.wake(trx, lease.operation.id);
  });
}

/**
 * A transaction that first proves that this lease is the newest and keeps it so until it ends: a
 * claim has to write the resource's row, which is locked here.
 */
export async function withFence<T>(
  context: StoreContext,
  lease: Lease,
  fn: (trx: Knex.Transaction, resource: Resource) => Promise<T>,
): Promise<T> {
  return context.knex.transaction(async trx => {
    const resource = await lockResource(trx, lease.resource.id);
    const held = await trx<OperationRow>('operations_operations')
      .where({
        id: lease.operation.id,
        state: 'running',
        fence: lease.fence.toString(),
        lease_owner: lease.owner,
      })
      .first('id');
    if (!held || BigInt(resource.fence) !== lease.fence) {
      throw new StaleFenceError(
        `Operation '${lease.operation.id}' was taken over by another worker`,
      );
    }
    return fn(trx, toResource(resource));
  });
}

/** What an operation works on outside. */
export async function readScope(
  context: StoreContext,
  operationId: string,
): Promise<string | undefined> {
  const row = await context
    .knex<OperationRow>('operations_operations')
    .where({ id: operationId })
    .first('scope');
  return row?.scope ?? undefined;
}

/**
 * Operations that somebody should run now: not held, or held by the dead. Scopes take turns, so
 * that a long queue for one of them hides no other's.
 *
 * @param fullScopes - of which none is wanted
 */
export async function findRunnable(
  context: StoreContext,
  limit: number,
  fullScopes: string[] = [],
): Promise<string[]> {
  const rows = await context
    .knex<OperationRow>('operations_operations')
    .whereIn('state', ['pending', 'running', 'waiting'])
    .whereIn(
      'type',
      [...context.machines.values()].flatMap(machine => machine.types),
    )
    .whereNull('paused_scope')
    .whereRaw(`coalesce(lease_expires_at <= ${context.clock}, true)`)
    .whereRaw(`coalesce(wake_at <= ${context.clock}, true)`)
    .where(query => {
      query.whereNull('scope');
      query.orWhereNotIn('scope', fullScopes);
    })
    .orderByRaw(
      'row_number() OVER (PARTITION BY coalesce(scope, id) ORDER BY updated_at), updated_at',
    )
    .limit(limit)
    .select('id');
  return rows.map(row => row.id);
}

function leaseEnd(context: StoreContext, knex: Knex, leaseMs: number) {
  return knex.raw(`${context.clock} + ? * interval '1 millisecond'`, [leaseMs]);
}
