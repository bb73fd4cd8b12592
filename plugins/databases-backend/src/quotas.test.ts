import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(120_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('quotas', () => {
  let tenants: Tenants;
  let knex: Knex;
  let plugin: Plugin;

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({
      knex,
      tenants,
      approvals: { knex: await databases.init('POSTGRES_18'), rules: [] },
      quotas: [
        {
          owners: ['team-payments'],
          environments: ['development'],
          databases: 1,
        },
        {
          environments: ['development'],
          databases: 3,
          approval: { groups: ['platform-team'] },
        },
        { environments: ['staging'], storageGiB: 2 },
      ],
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const quota = async (owner: string, environment: string) =>
    (
      await plugin.sam.get(
        `/quota?owner=${owner}&environment=${environment}&engine=postgres`,
      )
    ).body.quota;
  const take = (name: string, extra: object = {}) =>
    plugin.sam.post('/databases', order(name, extra));

  it('says what a group may have and has, and counts nobody else’s', async () => {
    expect(await quota('team-orders', 'development')).toEqual({
      environments: ['development'],
      databases: { used: 0, limit: 3 },
      approval: { groups: ['group:default/platform-team'], required: 1 },
    });
    await plugin.ready('first');
    expect(await quota('team-orders', 'development')).toMatchObject({
      databases: { used: 1, limit: 3 },
    });
    expect(await quota('team-payments', 'development')).toEqual({
      environments: ['development'],
      databases: { used: 0, limit: 1 },
    });
    expect(await quota('team-orders', 'production')).toBeUndefined();
  });

  it('lets no two orders at once take the last place', async () => {
    const answers = await Promise.all(
      ['s-a', 's-b', 's-c', 's-d'].map(name =>
        take(name, { environment: 'staging' }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, 202, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body.error.message).toBe(
      'owner group:default/team-orders would have 3 GiB, and 2 are its quota in staging. Delete what is not needed, or ask the platform team for more.',
    );
    const { rows } = await knex.raw(
      `SELECT count(*)::int FROM databases WHERE environment = 'staging'`,
    );
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('puts no more on a group by handing on than it may have', async () => {
    plugin.membership.set('user:default/sam', [
      'group:default/team-orders',
      'group:default/team-payments',
    ]);
    const ids = [await plugin.ready('hand-a'), await plugin.ready('hand-b')];
    const handOn = (id: string, who = plugin.sam) =>
      who.post(`/databases/${id}/owner`, {
        owner: 'team-payments',
        reason: 'They run it',
      });
    expect((await handOn(ids[0])).status).toBe(202);
    const refused = await handOn(ids[1]);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(/2 databases, and 1 are its quota/),
    ]);
    expect((await handOn(ids[1], plugin.nora)).status).toBe(202);
  });

  it('has what is beyond approved, with how far', async () => {
    await plugin.ready('second');
    await plugin.ready('third');
    const { body, status } = await take('fourth');
    expect([status, body.error]).toEqual([202, undefined]);
    const { id } = body.database;
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    const { body: waiting } = await plugin.sam.get(`/databases/${id}`);
    expect(waiting.state).toBe('awaiting-approval');
    const nora = plugin.approvalsAs('user:default/nora');
    const { body: asked } = await nora.list();
    const approval = asked.items.find(
      (each: { id: string }) => each.id === waiting.approvalId,
    );
    expect(approval.facts).toContainEqual({
      label: 'Beyond the quota',
      value:
        'group:default/team-orders would have 4 databases, and 3 are its quota in development',
    });
    expect(
      (await nora.vote(approval.id, { answer: 'approve' })).body.state,
    ).toBe('approved');
    await plugin.until(`/databases/${id}`, 'ready');
    expect(await quota('team-orders', 'development')).toMatchObject({
      databases: { used: 4, limit: 3 },
    });
  });

  it.each([
    ['environment=development&engine=postgres', /owner/],
    ['owner=team-orders&environment=development&engine=oracle', /engine/],
    ['owner=%00&environment=development&engine=postgres', /./],
  ])('refuses to say anything about %s', async (query, message) => {
    const { status, body } = await plugin.sam.get(`/quota?${query}`);
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
  });
});
