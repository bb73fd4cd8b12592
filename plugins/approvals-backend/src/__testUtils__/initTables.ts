import path from 'node:path';
import type { TestDatabases } from '@backstage/backend-test-utils';
import { DurableResources, migrate } from '@slipway/operations';
import type { Knex } from 'knex';
import { approvalMachine } from '../machine';

/** A new database with the tables of the plugin and of its resources, and nothing in them. */
export async function initTables(databases: TestDatabases): Promise<Knex> {
  const knex = await databases.init('POSTGRES_18');
  await migrate(knex, {
    directory: path.resolve(__dirname, '../../migrations'),
    tableName: 'knex_migrations',
  });
  await DurableResources.create({ knex, machines: [approvalMachine] });
  return knex;
}
