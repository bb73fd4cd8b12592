import type { Knex } from 'knex';

/** It is gone or nobody wants it any more, and its name is free. The first time counts. */
export async function markDeleted(
  trx: Knex.Transaction,
  id: string,
): Promise<void> {
  await trx('databases')
    .where({ id })
    .whereNull('deleted_at')
    .update({ deleted_at: trx.fn.now(), endpoint: null });
}
