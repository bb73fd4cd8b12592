import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const READ = 'databases.database.read';

/** Ines is in the role where it is staging; everybody else sees only what the shipped rules of owners give. */
const roles = [
  { name: 'everyone', without: [READ] },
  { name: 'owners', permissions: [READ] },
  {
    name: 'staging-operators',
    groups: ['team-payments'],
    permissions: [
      READ,
      'databases.database.update',
      'databases.database.credentials.create',
    ],
    environments: ['staging'],
  },
];

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('roles of the configuration, with the real policy', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;
  const ids: Record<string, string> = {};
  let beforeCatalog = () => {};

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({
      knex,
      tenants,
      roles,
      onCatalogAsked: async () => beforeCatalog(),
    });
    // In the catalog, and in no group.
    plugin.membership.set('user:default/nobody', []);
    ids.development = await plugin.ready('orders-development');
    ids.staging = await plugin.ready('orders-staging', {
      environment: 'staging',
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const namesFor = async (person: 'sam' | 'ines' | 'nora', query = '') => {
    const { body } = await plugin[person].get(`/databases${query}`).expect(200);
    return [
      body.totalItems,
      body.items.map((each: { name: string }) => each.name),
    ];
  };

  it('narrow a list, its count and its pages', async () => {
    expect(await namesFor('ines')).toEqual([1, ['orders-staging']]);
    expect(await namesFor('ines', '?search=orders')).toEqual([
      1,
      ['orders-staging'],
    ]);
    expect(await namesFor('ines', '?environment=development')).toEqual([0, []]);
    expect(await namesFor('ines', '?limit=1&offset=1')).toEqual([1, []]);
    expect(await namesFor('sam')).toEqual([
      2,
      ['orders-development', 'orders-staging'],
    ]);
    expect(await namesFor('nora')).toEqual([
      2,
      ['orders-development', 'orders-staging'],
    ]);
  });

  it('show nothing of what they do not reach, by whichever door', async () => {
    const { body } = await plugin.sam
      .post(`/databases/${ids.development}/rotate`)
      .expect(202);
    const operation = `/operations/${body.operation.id}`;
    await plugin.until(operation, 'succeeded');
    for (const path of [
      `/databases/${ids.development}`,
      `/databases/${ids.development}/events`,
      `/databases/${ids.development}/personal-logins`,
      '/databases/by-name/development/orders-development',
      operation,
    ]) {
      expect([path, (await plugin.ines.get(path)).status]).toEqual([path, 404]);
    }
    await plugin.stranger.get(`/databases/${ids.staging}`).expect(404);
    expect((await plugin.stranger.get('/databases')).body.totalItems).toBe(0);
  });

  it('let change what they reach, of other owners too, and nothing else', async () => {
    await plugin.ines.post(`/databases/${ids.development}/suspend`).expect(404);
    await plugin.ines
      .post(`/databases/${ids.staging}/delete`)
      .expect(403, /Only group:default\/team-orders/);
    const { body } = await plugin.ines
      .post(`/databases/${ids.staging}/rotate`)
      .expect(202);
    const done = await plugin.until(
      `/operations/${body.operation.id}`,
      'succeeded',
    );
    expect(done).toMatchObject({ type: 'renew' });
  });

  it('list the logins of a person as far as they reach', async () => {
    for (const id of [ids.development, ids.staging]) {
      await plugin.sam.post(`/databases/${id}/personal-logins`).expect(201);
    }
    const loginsOf = async (
      person: string,
      seenBy: 'sam' | 'ines' | 'nora',
    ) => {
      const { body } = await plugin[seenBy]
        .get(`/personal-logins?person=${encodeURIComponent(person)}`)
        .expect(200);
      expect(JSON.stringify(body)).not.toContain('password');
      return body.items
        .map((each: { database: { name: string } }) => each.database.name)
        .sort();
    };
    const both = ['orders-development', 'orders-staging'];
    expect(await loginsOf('user:default/sam', 'nora')).toEqual(both);
    expect(await loginsOf('user:default/Sam', 'sam')).toEqual(both);
    expect(await loginsOf('user:default/sam', 'ines')).toEqual([
      'orders-staging',
    ]);
    expect(await loginsOf('user:default/nobody', 'nora')).toEqual([]);
    expect(
      (await plugin.stranger.get('/personal-logins?person=user:default/sam'))
        .body.items,
    ).toEqual([]);
    await plugin.nora.get('/personal-logins?person=sam').expect(400);
  });

  it('let nobody order whom the catalog does not know', async () => {
    const refused = await plugin.leaver.post('/databases', {
      name: 'of-a-leaver',
      engine: 'postgres',
      size: 'small',
      environment: 'development',
      owner: 'group:default/team-orders',
    });
    expect([refused.status, refused.body.error.message]).toEqual([
      403,
      'You may not order databases',
    ]);
    await plugin.leaver
      .get('/personal-logins?person=user:default/sam')
      .expect(403);
    await plugin.leaver
      .post(`/databases/${ids.development}/suspend`)
      .expect((response: { status: number }) =>
        expect([403, 404]).toContain(response.status),
      );
  });

  it('give a login while the person is in the group, whatever the token says', async () => {
    const { body } = await plugin.ines
      .post(`/databases/${ids.staging}/personal-logins`, {})
      .expect(201);
    expect(body.password).toHaveLength(32);
    await plugin.ines
      .post(`/databases/${ids.development}/personal-logins`, {})
      .expect(404);

    // Taken out of the group after the policy was asked with the groups of the token.
    const groups = plugin.membership.get('user:default/ines')!;
    beforeCatalog = () => plugin.membership.set('user:default/ines', []);
    await plugin.ines
      .post(`/databases/${ids.staging}/personal-logins`, {})
      .expect(403, /Only members of group:default\/team-orders/);
    beforeCatalog = () => {};
    plugin.membership.set('user:default/ines', groups);
  });
});
