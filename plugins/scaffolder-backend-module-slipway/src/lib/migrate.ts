import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/** Opens the scaffolder's database, with this module's tables in it. */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const client = await database.getClient();
  if (!database.migrations?.skip) {
    await client.migrate.latest({
      directory: resolvePackagePath(
        '@slipway/plugin-scaffolder-backend-module-slipway',
        'migrations',
      ),
      // The scaffolder keeps its own list in the same database.
      tableName: 'slipway_scaffolder_migrations',
    });
  }
  return client;
}
