import { ConflictError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { DatabaseRow, StoredSpec } from './rows';

/** Writes a new database and its first revision. ConflictError when the name is taken. */
export async function insertDatabase(
  trx: Knex.Transaction,
  database: Pick<
    DatabaseRow,
    | 'id'
    | 'name'
    | 'environment'
    | 'engine'
    | 'owner'
    | 'provider_id'
    | 'external_name'
    | 'created_by'
  >,
  spec: StoredSpec,
): Promise<void> {
  const inserted = await trx('databases')
    .insert({
      ...database,
      revision: 1,
      workload_revision: 1,
      ...(spec.expiresAt && {
        expires_at: spec.expiresAt,
        expiry_set_at: trx.fn.now(),
      }),
      created_at: trx.fn.now(),
    })
    .onConflict(trx.raw('(environment, name) WHERE deleted_at IS NULL'))
    .ignore()
    .returning('id');
  if (!inserted.length) {
    throw new ConflictError(
      `name "${database.name}" is taken in ${database.environment}. Choose another one.`,
    );
  }
  await trx('database_revisions').insert({
    database_id: database.id,
    revision: 1,
    spec: JSON.stringify(spec),
    owner: database.owner,
    created_by: database.created_by,
    created_at: trx.fn.now(),
  });
}
