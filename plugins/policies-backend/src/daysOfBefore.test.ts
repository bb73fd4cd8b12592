import { TestDatabases } from '@backstage/backend-test-utils';
import { createFolder, ownerPolicy } from './__testUtils__/folders';
import { startPlugin } from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

it('has no days in compliance that were counted in another unit', async () => {
  const [knex, approvalsKnex] = await Promise.all([
    databases.init('POSTGRES_18'),
    databases.init('POSTGRES_18'),
  ]);
  const folder = await createFolder({ 'owner.yaml': ownerPolicy });
  const start = () => startPlugin({ knex, approvalsKnex, folder: folder.path });
  const before = await start();
  await before.stop();
  // As an earlier version has left it.
  await knex('knex_migrations')
    .where('name', 'like', '%daysInOneUnit%')
    .delete();
  await knex('policy_days').insert({
    day: knex.raw('current_date - 1'),
    owner: 'group:default/team-orders',
    policy: 'required-owner',
    checked: 1,
    violating: 1,
    waived: 0,
  });

  const plugin = await start();
  const { status, body } = await plugin.as('sam').get('/compliance');
  expect([status, body.days]).toEqual([200, []]);
  await plugin.stop();
  await folder.remove();
});
