import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const tables = async (knex: Knex): Promise<string[]> =>
  knex('information_schema.tables')
    .where('table_name', 'like', 'approval%')
    .orderBy('table_name')
    .pluck('table_name');

it('can be taken back and made again', async () => {
  const knex = await databases.init('POSTGRES_18');
  const migrations = {
    directory: path.resolve(__dirname, '../migrations'),
  };
  await knex.migrate.latest(migrations);
  const made = await tables(knex);
  expect(made).toContain('approval_votes');
  await knex.migrate.rollback(migrations, true);
  expect(await tables(knex)).toEqual([]);
  await knex.migrate.latest(migrations);
  expect(await tables(knex)).toEqual(made);
});
