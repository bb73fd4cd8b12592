import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/**
 * Brings tables up to date. Safe when several replicas start at once and after a process was
 * killed half-way: a lock of the database's session, which dies with its holder, stands before
 * Knex's own lock row, so that a row left behind is known to be stale. An older version of the
 * code accepts tables that a newer one has made.
 *
 * @public
 */
export async function migrate(
  knex: Knex,
  options: { directory: string; tableName: string },
): Promise<void> {
  const config = { ...options, disableMigrationsListValidation: true };
  await knex.transaction(async trx => {
    await trx.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || ?, 0))`,
      [options.tableName],
    );
    // On other connections of the pool, while this transaction holds the lock.
    await knex.migrate.forceFreeMigrationsLock(config);
    await knex.migrate.latest(config);
  });
}

/**
 * Where this library's own migrations live.
 *
 * @internal
 */
export const operationsMigrations = {
  directory: resolvePackagePath('@slipway/operations', 'migrations'),
  tableName: 'operations_knex_migrations',
};
