import type { DurableOperations } from '@slipway/operations';
import type { Knex } from 'knex';
import { holdUntoldIdle, noteIdleTold } from '../database/idle';

/** The timeline's entry of a database that nobody uses. */
export const IDLE_EVENT = 'database.idle';

/** Nobody is told of the same database more often. */
const EVERY_DAYS = 30;
const BATCH = 50;

/** Puts before owners what nobody uses. What was told is remembered together with the entry that is told from. */
export async function tellIdle(deps: {
  knex: Knex;
  operations: DurableOperations;
  days: number;
  signal?: AbortSignal;
}): Promise<void> {
  const { knex, operations, days, signal } = deps;
  while (!signal?.aborted) {
    const count = await knex.transaction(async trx => {
      const found = await holdUntoldIdle(trx, {
        days,
        everyDays: EVERY_DAYS,
        limit: BATCH,
      });
      for (const { id, idle_since } of found) {
        const since = idle_since.toISOString().slice(0, 10);
        await operations.appendEvent(trx, {
          resourceId: id,
          type: IDLE_EVENT,
          data: {
            message: `No session of an application or a person was seen since ${since}. Suspend it, which keeps the data, or delete it, if nobody needs it.`,
          },
        });
      }
      await noteIdleTold(
        trx,
        found.map(({ id }) => id),
      );
      return found.length;
    });
    if (count < BATCH) return;
  }
}
