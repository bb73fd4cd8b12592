import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import type { StoreContext } from './context';
import type { Resource } from '../types';

/**
 * Writes an entry of the timeline and its row in the outbox. The caller's transaction must hold
 * the resource's row: that is what keeps the outbox in order for each resource.
 */
export async function appendEvent(
  context: StoreContext,
  trx: Knex.Transaction,
  event: {
    resource: Pick<Resource, 'id' | 'kind'>;
    operationId?: string;
    type: string;
    data?: JsonObject;
    actor?: string;
  },
): Promise<void> {
  const [{ id }] = await trx('operations_events').insert(
    {
      resource_id: event.resource.id,
      operation_id: event.operationId ?? null,
      type: event.type,
      data: JSON.stringify(event.data ?? {}),
      actor: event.actor ?? null,
      created_at: trx.raw(context.clock),
    },
    ['id'],
  );
  await trx('operations_outbox').insert({ event_id: id });
  context.hint(trx, {
    kind: event.resource.kind,
    resourceId: event.resource.id,
    operationId: event.operationId,
    type: event.type,
  });
}
