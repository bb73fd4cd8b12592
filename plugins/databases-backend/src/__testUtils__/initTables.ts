import path from 'node:path';
import type { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import type { Knex } from 'knex';

/** A new database with the tables of the plugin and of its operations, and nothing in them. */
export async function initTables(databases: TestDatabases): Promise<Knex> {
  const knex = await databases.init('POSTGRES_18');
  for (const [directory, tableName] of [
    [path.resolve(__dirname, '../../migrations'), 'knex_migrations'],
    [
      path.resolve(__dirname, '../../../../packages/operations/migrations'),
      'operations_migrations',
    ],
  ]) {
    await migrate(knex, { directory, tableName });
  }
  return knex;
}
