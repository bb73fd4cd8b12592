import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/**
 * Frees knex' migration locks that a killed process has left in a plugin's database. Without it the plugin would stay
 * off until somebody ran `knex migrate:unlock`.
 *
 * @remarks
 *
 * Only to be called by who holds the startup lock: then nobody is migrating. Each migration runs in a transaction of its
 * own, so that the one that was cut off has left nothing else.
 */
export async function freeAbandonedMigrations(
  knex: Knex,
  options: { pluginId: string; logger: LoggerService },
): Promise<void> {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind = 'r' AND c.relname LIKE '%knex\\_migrations\\_lock' AND pg_table_is_visible(c.oid)`,
  );
  for (const { name } of rows) {
    const freed = await knex(name)
      .where({ is_locked: 1 })
      .update({ is_locked: 0 });
    if (freed > 0) {
      options.logger.warn(
        `A migration of the plugin '${options.pluginId}' was cut off by a crash (${name}); it is run again`,
      );
    }
  }
}
