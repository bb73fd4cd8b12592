import type { Knex } from 'knex';
import type { StoredSpec } from './rows';

/** Writes what a database is from now on, as a revision of its own. The row is held by the caller. */
export async function changeSpec(
  trx: Knex.Transaction,
  databaseId: string,
  change: { spec: StoredSpec; actor: string },
): Promise<void> {
  const { revision, owner } = await trx('databases')
    .where({ id: databaseId })
    .forUpdate()
    .first('revision', 'owner');
  await trx('database_revisions').insert({
    database_id: databaseId,
    revision: revision + 1,
    spec: JSON.stringify(change.spec),
    owner,
    created_by: change.actor,
    created_at: trx.fn.now(),
  });
  await trx('databases')
    .where({ id: databaseId })
    .update({ revision: revision + 1 });
}
