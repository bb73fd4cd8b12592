import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { openDatabase } from './migrate';

jest.setTimeout(60_000);

describe('migrations', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

  it('go up, down and up again', async () => {
    const client = await databases.init('POSTGRES_18');
    const service = mockServices.database({ knex: client });
    await openDatabase(service);
    await client('slipway_things').insert({
      id: '3b1f8a52-3ad5-4c0e-8c2b-7a5f54f0d7f1',
      task_id: 't',
      kind: 'repository',
      ref: 'r',
      title: 'R',
      state: 'made',
      created_by: 'user:default/nora',
    });
    await client.migrate.rollback(
      {
        directory: resolvePackagePath(
          '@slipway/plugin-scaffolder-backend-module-slipway',
          'migrations',
        ),
        tableName: 'slipway_scaffolder_migrations',
      },
      true,
    );
    const { rows } = await client.raw(
      `SELECT tablename FROM pg_tables WHERE tablename LIKE 'slipway\\_%' AND tablename NOT LIKE '%migrations%'`,
    );
    expect(rows).toEqual([]);
    await openDatabase(service);
    expect(await client('slipway_things')).toEqual([]);
  });
});
