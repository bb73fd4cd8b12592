import type { Knex } from 'knex';

/** Files that are removed in one go; the next time goes on. */
const FILES_AT_MOST = 200;
/** Longer than a worker that was taken for dead can still be writing. */
const LEFT_AFTER = `interval '1 day'`;

/**
 * Writes of backups that were kept long enough that nobody is to restore them any more. The file goes after that. Of a database that is not
 * deleted the newest that is proven stays, however old it is.
 */
export async function expireBackups(knex: Knex): Promise<void> {
  await knex('database_backups')
    .where({ state: 'kept' })
    .where('expires_at', '<=', knex.fn.now())
    .whereRaw(
      `id IS DISTINCT FROM (
         SELECT n.id FROM database_backups n JOIN databases d ON d.id = n.database_id
          WHERE n.database_id = database_backups.database_id AND n.state = 'kept'
            AND n.proven_at IS NOT NULL AND d.deleted_at IS NULL
          ORDER BY n.created_at DESC LIMIT 1)`,
    )
    .update({ state: 'removed' });
}

/** Files of backups that are not kept, and of attempts that did not come to their end. */
export async function listFilesToRemove(
  knex: Knex,
  { store }: { store: string },
): Promise<string[]> {
  return knex('database_backup_files as f')
    .join('database_backups as b', 'b.id', 'f.backup_id')
    .where('f.store', store)
    .where(query =>
      query
        .where('b.state', 'removed')
        .orWhere(left =>
          left
            .whereRaw('f.name IS DISTINCT FROM b.file')
            .whereRaw(`f.created_at < now() - ${LEFT_AFTER}`),
        ),
    )
    .orderBy('f.created_at')
    .limit(FILES_AT_MOST)
    .pluck('f.name');
}

/** Writes that a file is gone. */
export async function forgetBackupFile(
  knex: Knex,
  name: string,
): Promise<void> {
  await knex('database_backup_files').where({ name }).delete();
}
