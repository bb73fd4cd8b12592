import { randomUUID } from 'node:crypto';
import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { JsonObject } from '@backstage/types';
import type { OperationStep } from '../definitions';
import type { Operation, Resource, StartOperationOptions } from '../types';
import { appendEvent } from './appendEvent';
import { definitionOf, machineOf, type StoreContext } from './context';
import { lockResource } from './resources';
import {
  toOperation,
  toResource,
  type OperationRow,
  type StepRow,
} from './rows';

/**
 * Accepts an operation: its row, its steps, its event, and the job that wakes a worker, all in
 * the caller's transaction.
 */
export async function startOperation(
  context: StoreContext,
  trx: Knex.Transaction,
  options: StartOperationOptions,
): Promise<Operation> {
  const resource = await lockResource(trx, options.resourceId);
  const machine = machineOf(context, resource.kind);
  const definition = definitionOf(context, resource.kind, options.type);
  const active = await trx<OperationRow>('operations_operations')
    .where({ resource_id: resource.id })
    .whereIn('state', ['pending', 'running', 'waiting', 'uncertain'])
    .first('type', 'state', 'actor');
  if (active) {
    throw new ConflictError(
      `The ${resource.kind} is busy: '${active.type}', asked for by ${active.actor}, is ${active.state}`,
    );
  }
  if (
    options.expectedVersion !== undefined &&
    Number(resource.version) !== options.expectedVersion
  ) {
    throw new ConflictError(
      `The ${resource.kind} has changed since it was read; read it again`,
    );
  }
  if (!definition.from.includes(resource.state)) {
    throw new ConflictError(
      `"${definition.title}" is for a ${resource.kind} that is ${definition.from.join(' or ')}. This one is ${resource.state}.`,
    );
  }

  const plan = machine.stepsOf(definition, options.input);
  const [row] = await trx<OperationRow>('operations_operations').insert(
    {
      id: options.id ?? randomUUID(),
      type: options.type,
      resource_id: resource.id,
      state: 'pending',
      input: JSON.stringify(options.input) as unknown as OperationRow['input'],
      actor: options.actor,
      from_state: resource.state,
      scope: scopeOf(plan, toResource(resource), options.input),
      created_at: trx.raw(context.clock),
      updated_at: trx.raw(context.clock),
    },
    '*',
  );
  const steps = await trx<StepRow>('operations_steps').insert(
    plan.map((step, position) => ({
      operation_id: row.id,
      step_id: step.id,
      position,
      title: step.title,
      state: 'pending' as const,
    })),
    '*',
  );
  await appendEvent(context, trx, {
    resource,
    operationId: row.id,
    type: 'operation.requested',
    data: { type: row.type, title: definition.title },
    actor: options.actor,
  });
  await context.wake(trx, row.id);
  return toOperation(row, steps, definition);
}

/** The first switch that can hold it up names what it works on. */
function scopeOf(
  plan: readonly OperationStep[],
  resource: Resource,
  input: JsonObject,
): string | null {
  for (const step of plan) {
    const [scope] = step.pauseScopes?.({ input, resource, outputs: {} }) ?? [];
    if (scope) return scope;
  }
  return null;
}
