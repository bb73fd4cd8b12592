import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import { stateDuring } from '../machine';
import { CalledOffError, PausedError } from '../errors';
import type { OperationStep } from '../definitions';
import type { Resource, StepRecord } from '../types';
import { appendEvent } from './appendEvent';
import { definitionOf, type StoreContext } from './context';
import { withFence, type Lease } from './leases';
import { changeState, lockResource } from './resources';
import { toResource, toStep, type OperationRow, type StepRow } from './rows';

/**
 * Records that a worker begins a step, after a last look at the pause switches, and brings the
 * resource into the state in which this step runs.
 */
export async function beginStep(
  context: StoreContext,
  lease: Lease,
  step: OperationStep,
  scopes: string[],
): Promise<{ resource: Resource; record: StepRecord }> {
  return withFence(context, lease, async (trx, resource) => {
    await assertNotCalledOff(trx, lease);
    await assertNotPaused(trx, scopes);
    const [row] = await trx<StepRow>('operations_steps')
      .insert({
        operation_id: lease.operation.id,
        step_id: step.id,
        position: lease.plan.indexOf(step),
        title: step.title,
        state: 'running',
        attempt: 1,
        started_at: trx.raw(context.clock),
      })
      // A newer version may have added this step after the operation was accepted.
      .onConflict(['operation_id', 'step_id'])
      .merge({
        state: 'running',
        attempt: trx.raw('operations_steps.attempt + 1'),
        started_at: trx.raw(
          `coalesce(operations_steps.started_at, ${context.clock})`,
        ),
      })
      .returning('*');
    const to = stateDuring(lease.plan, step.id, resource.state);
    let current = resource;
    if (to !== resource.state) {
      current = await changeState(context, trx, {
        seen: resource,
        to,
        operationId: lease.operation.id,
      });
    }
    if (row.attempt === 1) {
      await appendEvent(context, trx, {
        resource,
        operationId: lease.operation.id,
        type: 'step.started',
        data: { stepId: step.id, title: step.title },
      });
    }
    return { resource: current, record: toStep(row) };
  });
}

/** Stores the external name before the outside is called; the first name wins. */
export async function recordIntent(
  context: StoreContext,
  lease: Lease,
  options: { stepId: string; label: string; name: string; scopes: string[] },
): Promise<string> {
  return withFence(context, lease, async trx => {
    await assertNotPaused(trx, options.scopes);
    const [row] = await trx<StepRow>('operations_steps')
      .where({ operation_id: lease.operation.id, step_id: options.stepId })
      .update(
        {
          intents: trx.raw('jsonb_build_object(?::text, ?::text) || intents', [
            options.label,
            options.name,
          ]),
        },
        '*',
      );
    return row.intents[options.label];
  });
}

/** Records that a step is done. */
export async function finishStep(
  context: StoreContext,
  lease: Lease,
  step: OperationStep,
  output: JsonObject,
): Promise<void> {
  await withFence(context, lease, async (trx, resource) => {
    await trx<StepRow>('operations_steps')
      .where({ operation_id: lease.operation.id, step_id: step.id })
      .update({
        state: 'succeeded',
        output: JSON.stringify(output) as unknown as JsonObject,
        finished_at: trx.raw(context.clock),
      });
    await trx<OperationRow>('operations_operations')
      .where({ id: lease.operation.id })
      .update({ error: null, updated_at: trx.raw(context.clock) });
    await appendEvent(context, trx, {
      resource,
      operationId: lease.operation.id,
      type: 'step.succeeded',
      data: { stepId: step.id, title: step.title },
    });
  });
}

/** Records that an attempt has certainly done nothing outside. */
export async function recordIdle(
  trx: Knex.Transaction,
  lease: Lease,
  stepId: string,
): Promise<void> {
  await trx<StepRow>('operations_steps')
    .where({ operation_id: lease.operation.id, step_id: stepId })
    .increment('idle_attempts');
}

/** A person decided that an uncertain operation goes on; its step starts counting anew. */
export async function resumeUncertain(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { operationId: string; resourceId: string; actor: string },
): Promise<void> {
  const resource = toResource(await lockResource(trx, options.resourceId));
  const [row] = await trx<OperationRow>('operations_operations')
    .where({ id: options.operationId, state: 'uncertain' })
    .update(
      { state: 'pending', error: null, updated_at: trx.raw(context.clock) },
      '*',
    );
  definitionOf(context, resource.kind, row.type);
  await trx<StepRow>('operations_steps')
    .where({ operation_id: row.id })
    .whereNot({ state: 'succeeded' })
    // Not to 0: a step that was begun before is observed before it is repeated.
    .where('attempt', '>', 1)
    // As if it had done something: who was asked to look said that nobody knows.
    .update({ attempt: 1, idle_attempts: 0 });
  await appendEvent(context, trx, {
    resource,
    operationId: row.id,
    type: 'operation.resumed',
    actor: options.actor,
  });
  await context.wake(trx, row.id);
}

async function assertNotCalledOff(trx: Knex.Transaction, lease: Lease) {
  const row = await trx<OperationRow>('operations_operations')
    .where({ id: lease.operation.id })
    .first('cancel_requested_by');
  if (row?.cancel_requested_by) {
    throw new CalledOffError('Somebody called it off');
  }
}

async function assertNotPaused(trx: Knex.Transaction, scopes: string[]) {
  if (!scopes.length) {
    return;
  }
  const pause = await trx<{ scope: string }>('operations_pauses')
    .whereIn('scope', scopes)
    .first('scope');
  if (pause) {
    throw new PausedError(pause.scope);
  }
}
