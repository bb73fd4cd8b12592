import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { OutboxRow } from '../types';
import type { StoreContext } from './context';
import { toEvent, type EventRow } from './rows';

const BATCH = 500;

/**
 * Gives positions to rows that have been committed since. One at a time, under the head's row
 * lock; so a row that commits late gets a late position instead of appearing behind a cursor, and
 * for one resource positions follow the order in which its row was held.
 */
export async function sequenceOutbox(trx: Knex.Transaction): Promise<void> {
  await trx('operations_outbox_head').forUpdate().first();
  // A statement of its own: its snapshot is taken after the lock was.
  await trx.raw(
    `
    WITH fresh AS (
      SELECT event_id, row_number() OVER (ORDER BY event_id) AS n FROM (
        SELECT event_id FROM operations_outbox WHERE position IS NULL
          ORDER BY event_id LIMIT ?) unsequenced
    ), placed AS (
      UPDATE operations_outbox o SET position = h.position + fresh.n
        FROM fresh, operations_outbox_head h WHERE o.event_id = fresh.event_id
        RETURNING 1
    )
    UPDATE operations_outbox_head SET position = position + (SELECT count(*) FROM placed)`,
    [BATCH],
  );
}

/**
 * Hands a durable consumer its next rows and moves its cursor when the handler has returned, in
 * one transaction: what the handler writes through it happens exactly once, anything else at least
 * once. Only one replica serves a consumer at a time. Returns how many rows were handed over.
 */
export async function consume(
  context: StoreContext,
  options: { consumer: string; limit?: number },
  handler: (rows: OutboxRow[], trx: Knex.Transaction) => Promise<void>,
): Promise<number> {
  const { consumer } = options;
  await register(context, consumer);
  await context.knex.transaction(sequenceOutbox);
  return context.knex.transaction(async trx => {
    const cursor = await trx<{ id: string; position: string }>(
      'operations_consumers',
    )
      .where({ id: consumer })
      .forUpdate()
      .skipLocked()
      .first();
    if (!cursor) {
      return 0;
    }
    const rows = await readAfter(
      trx,
      Number(cursor.position),
      options.limit ?? 100,
    );
    if (rows.length) {
      await handler(rows, trx);
      await moveCursor(context, trx, consumer, rows[rows.length - 1].position);
    }
    return rows.length;
  });
}

/**
 * Rows after a position, for consumers that keep their cursor themselves. ConflictError when rows
 * after it were removed: nobody skips anything without knowing.
 */
export async function readOutbox(
  context: StoreContext,
  options: { after: number; limit: number },
): Promise<OutboxRow[]> {
  await context.knex.transaction(sequenceOutbox);
  return context.knex.transaction(
    async trx => {
      const head = await trx<{ pruned_to: string }>(
        'operations_outbox_head',
      ).first('pruned_to');
      const prunedTo = Number(head?.pruned_to ?? 0);
      if (options.after < prunedTo) {
        throw new ConflictError(
          `Rows of the outbox up to position ${prunedTo} are gone. Register a consumer, so that nothing is removed that it has not acknowledged, or read after ${prunedTo}.`,
        );
      }
      return readAfter(trx, options.after, options.limit);
    },
    // What is gone and what is there have to be of one moment.
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

/** Rows that a consumer has not acknowledged. */
export async function readUnacknowledged(
  context: StoreContext,
  options: { consumer: string; limit?: number },
): Promise<OutboxRow[]> {
  await register(context, options.consumer);
  const cursor = await context
    .knex<{ id: string; position: string }>('operations_consumers')
    .where({ id: options.consumer })
    .first('position');
  return readOutbox(context, {
    after: Number(cursor?.position ?? 0),
    limit: options.limit ?? 100,
  });
}

/** Moves a consumer's cursor; never backwards. */
export async function acknowledge(
  context: StoreContext,
  options: { consumer: string; position: number },
): Promise<void> {
  await moveCursor(context, context.knex, options.consumer, options.position);
}

/**
 * Makes a consumer known. From then on nothing is removed that it has not acknowledged; what was
 * removed before is told to `onLateConsumer`.
 */
export async function register(
  context: StoreContext,
  consumer: string,
): Promise<void> {
  const known = await context
    .knex('operations_consumers')
    .where({ id: consumer })
    .first('id');
  if (known) {
    return;
  }
  const begins = await context.knex.transaction(async trx => {
    // Held, so that nothing is removed in between.
    const head = await trx<{ pruned_to: string }>('operations_outbox_head')
      .forShare()
      .first('pruned_to');
    const position = head?.pruned_to ?? '0';
    const inserted = await trx('operations_consumers')
      .insert({
        id: consumer,
        position,
        updated_at: trx.raw(context.clock),
      })
      .onConflict('id')
      .ignore()
      .returning('id');
    return inserted.length ? Number(position) : 0;
  });
  if (begins > 0) {
    context.onLateConsumer?.(consumer, begins);
  }
}

async function moveCursor(
  context: StoreContext,
  knex: Knex,
  consumer: string,
  position: number,
) {
  await knex('operations_consumers')
    .where({ id: consumer })
    .where('position', '<', position)
    // Nobody can acknowledge what was not handed out.
    .where(
      knex.raw('? <= (SELECT position FROM operations_outbox_head)', [
        position,
      ]),
    )
    .update({ position, updated_at: knex.raw(context.clock) });
}

async function readAfter(
  knex: Knex,
  after: number,
  limit: number,
): Promise<OutboxRow[]> {
  const rows: (EventRow & { position: string; kind: string })[] = await knex(
    'operations_outbox as o',
  )
    .join('operations_events as e', 'e.id', 'o.event_id')
    .join('operations_resources as r', 'r.id', 'e.resource_id')
    .where('o.position', '>', after)
    .orderBy('o.position')
    .limit(Math.min(limit, BATCH))
    .select('e.*', 'r.kind', 'o.position');
  return rows.map(row => ({
    position: Number(row.position),
    event: toEvent(row),
  }));
}
