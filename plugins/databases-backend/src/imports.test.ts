import { TestDatabases } from '@backstage/backend-test-utils';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('databases that are not ours', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  let ours: string;

  beforeAll(async () => {
    tenants = await startTenants();
    plugin = await startPlugin({
      knex: await test.init('POSTGRES_18'),
      tenants,
      // Decided by the real permission plugin.
      roles: [],
    });
    // Before: where everybody may enter a neighbour, no login is handed over.
    ours = await plugin.ready('orders');
    await tenants.admin.query('CREATE ROLE legacy_owner');
    await tenants.admin.query('CREATE DATABASE legacy OWNER legacy_owner');
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  it('are seen by the platform team only', async () => {
    const { body } = await plugin.nora.get('/imports').expect(200);
    expect(body.items).toEqual([{ id: 'shared', title: 'Shared Postgres' }]);
    const { body: found } = await plugin.nora
      .get('/imports/shared')
      .expect(200);
    expect(found).toMatchObject({
      provider: { id: 'shared' },
      items: [{ name: 'legacy', owner: 'legacy_owner' }],
    });
    for (const path of ['', '/shared', '/shared/legacy', '/nowhere']) {
      await plugin.sam.get(`/imports${path}`).expect(403);
    }
    await plugin.nora.get('/imports/nowhere').expect(404);
  });

  it('are reported, and who looked is on record', async () => {
    const { body } = await plugin.nora
      .get('/imports/shared/legacy')
      .expect(200);
    expect(body).toMatchObject({
      name: 'legacy',
      provider: { id: 'shared', title: 'Shared Postgres' },
      at: expect.any(String),
      obstacles: [],
      unseen: [],
    });
    expect(plugin.audit).toContainEqual({
      eventId: 'database-inspect',
      status: 'succeeded',
      meta: { providerId: 'shared', name: 'legacy' },
    });
    const { body: database } = await plugin.nora.get(`/databases/${ours}`);
    const refused = await plugin.nora.get(
      `/imports/shared/${database.endpoint.database}`,
    );
    expect([refused.status, refused.body.error.message]).toEqual([
      404,
      expect.stringMatching(/no database .* that the platform does not own/),
    ]);
  });
});
