import type { OperationError } from '../types';
import { appendEvent } from './appendEvent';
import { callOffIfAsked } from './cancelling';
import type { StoreContext } from './context';
import { LEASE_OVER } from './endings';
import { withFence, type Lease } from './leases';
import { changeState } from './resources';
import type { OperationRow } from './rows';
import { recordIdle } from './steps';

/** Puts the operation off: until a time, or until a pause switch is turned. */
export async function postpone(
  context: StoreContext,
  lease: Lease,
  options:
    | { delayMs: number; error: OperationError; idle: boolean }
    | { pausedScope: string },
): Promise<void> {
  await withFence(context, lease, async (trx, resource) => {
    if ('pausedScope' in options) {
      // Held, so that whoever turns the switch off meanwhile finds this operation and wakes it.
      const pause = await trx('operations_pauses')
        .where({ scope: options.pausedScope })
        .forShare()
        .first('scope');
      if (!pause) {
        await trx<OperationRow>('operations_operations')
          .where({ id: lease.operation.id })
          .update(LEASE_OVER);
        await context.wake(trx, lease.operation.id);
        return;
      }
    }
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
        data: {
          scope: options.pausedScope,
          // Kept with the entry: the switch is gone when the timeline is read later.
          ...(await trx('operations_pauses')
            .where({ scope: options.pausedScope })
            .first('reason')),
        },
      });
      await callOffIfAsked(context, trx, lease, resource);
      return;
    }
    if (options.idle && options.error.stepId) {
      await recordIdle(trx, lease, options.error.stepId);
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
    await callOffIfAsked(context, trx, lease, resource);
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
    let current = resource;
    if (to && to !== resource.state) {
      current = await changeState(context, trx, {
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
    await callOffIfAsked(context, trx, lease, current);
  });
}
