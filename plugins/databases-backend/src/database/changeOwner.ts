import type { Knex } from 'knex';
import type { DatabaseRecord } from './rows';

/** Gives a database to another group, as a revision of its own. The row is held by the caller. */
export async function changeOwner(
  trx: Knex.Transaction,
  record: DatabaseRecord,
  change: { owner: string; actor: string },
): Promise<void> {
  const revision = record.revision + 1;
  await trx('database_revisions').insert({
    database_id: record.id,
    revision,
    spec: JSON.stringify(record.spec),
    owner: change.owner,
    created_by: change.actor,
    created_at: trx.fn.now(),
  });
  await trx('databases')
    .where({ id: record.id })
    .update({ owner: change.owner, revision });
}
