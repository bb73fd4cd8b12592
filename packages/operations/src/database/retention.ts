import type { Knex } from 'knex';
import type { Consumer } from '../types';
import type { StoreContext } from './context';
import { sequenceOutbox } from './outbox';

const OUTBOX_BATCH = 1000;
const RESOURCES_BATCH = 20;

/**
 * Removes a batch of outbox rows that every registered consumer has acknowledged and that are old
 * enough, from the oldest on and without gaps. Nothing is removed while there is no consumer.
 * Returns how many.
 */
export async function pruneOutbox(
  context: StoreContext,
  options: { olderThanDays: number },
): Promise<number> {
  return context.knex.transaction(async trx => {
    // Holds the head, as whoever registers does: nobody begins behind what is removed here. Also
    // where nobody reads rows get their positions, so that it can be told how many there are.
    await sequenceOutbox(trx);
    const [{ least }] = await trx('operations_consumers').min<
      { least: string | null }[]
    >({ least: 'position' });
    const rows: { position: string; isOld: boolean }[] = await trx(
      'operations_outbox as o',
    )
      .join('operations_events as e', 'e.id', 'o.event_id')
      .where('o.position', '<=', least ?? 0)
      .orderBy('o.position')
      .limit(OUTBOX_BATCH)
      .select(
        'o.position',
        trx.raw(
          `e.created_at < ${context.clock} - ? * interval '1 day' AS "isOld"`,
          [options.olderThanDays],
        ),
      );
    const firstYoung = rows.findIndex(row => !row.isOld);
    const old = firstYoung < 0 ? rows : rows.slice(0, firstYoung);
    const last = old.at(-1)?.position;
    if (last === undefined) {
      return 0;
    }
    await trx('operations_outbox').where('position', '<=', last).delete();
    await trx('operations_outbox_head').update({ pruned_to: last });
    return old.length;
  });
}

/**
 * Removes timeline, operations and steps of a batch of resources that ended long ago: they are in
 * a state from which none leads, and the outbox has nothing of theirs any more. The resources
 * themselves stay. Returns of how many.
 */
export async function pruneResources(
  context: StoreContext,
  options: { olderThanDays: number },
): Promise<number> {
  let pruned = 0;
  for (const machine of context.machines.values()) {
    pruned += await context.knex.transaction(async trx => {
      const ids: string[] = await trx('operations_resources as r')
        .where('r.kind', machine.kind)
        .whereIn('r.state', machine.finalStates)
        .whereNull('r.pruned_at')
        .whereRaw(`r.updated_at < ${context.clock} - ? * interval '1 day'`, [
          options.olderThanDays,
        ])
        .whereNotExists(
          trx('operations_outbox as o')
            .join('operations_events as e', 'e.id', 'o.event_id')
            .whereRaw('e.resource_id = r.id')
            .select(trx.raw('1')),
        )
        .orderBy('r.updated_at')
        .limit(RESOURCES_BATCH)
        .forUpdate('r')
        .skipLocked()
        .pluck('r.id');
      for (const id of ids) {
        await pruneResource(context, trx, id);
      }
      return ids.length;
    });
  }
  return pruned;
}

async function pruneResource(
  context: StoreContext,
  trx: Knex.Transaction,
  id: string,
): Promise<void> {
  // The triggers let through what is of this one resource, until the transaction ends.
  await trx.raw(`SELECT set_config('operations.retention', ?, true)`, [id]);
  await trx('operations_events').where({ resource_id: id }).delete();
  await trx('operations_steps')
    .whereIn(
      'operation_id',
      trx('operations_operations').where({ resource_id: id }).select('id'),
    )
    .delete();
  await trx('operations_operations').where({ resource_id: id }).delete();
  await trx('operations_resources')
    .where({ id })
    .update({ pruned_at: trx.raw(context.clock) });
}

/**
 * Forgets a consumer that reads no more: the outbox does not wait for it. One that has acknowledged something within the last
 * day stays: a replica of another version may read by it. Whether it is gone.
 */
export async function forgetConsumer(
  context: StoreContext,
  consumer: string,
): Promise<boolean> {
  const gone = await context
    .knex('operations_consumers')
    .where({ id: consumer })
    .whereRaw(`updated_at < ${context.clock} - interval '1 day'`)
    .delete();
  return gone > 0;
}

/** The registered consumers, with how much they have not acknowledged. */
export async function listConsumers(
  context: StoreContext,
): Promise<Consumer[]> {
  const rows: { id: string; updatedAt: Date; behind: string }[] = await context
    .knex('operations_consumers as c')
    .crossJoin(context.knex.raw('operations_outbox_head as h'))
    .orderBy('c.id')
    .limit(1000)
    .select(
      'c.id',
      'c.updated_at as updatedAt',
      context.knex.raw('h.position - c.position AS behind'),
    );
  return rows.map(row => ({ ...row, behind: Number(row.behind) }));
}
