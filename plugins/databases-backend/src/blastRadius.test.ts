import { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { Client } from 'pg';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const component = (
  name: string,
  relations: Record<string, string>,
  kind = 'Component',
): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default' },
  relations: Object.entries(relations).map(([type, targetRef]) => ({
    type,
    targetRef,
  })),
});
const USED = 'resource:default/used-db.development';
const ORDERS = {
  entityRef: 'component:default/orders',
  owner: 'group:default/team-orders',
};

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('the blast radius of a database', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  let dependents: () => Entity[] = () => [];

  beforeAll(async () => {
    tenants = await startTenants();
    plugin = await startPlugin({
      knex: await test.init('POSTGRES_18'),
      tenants,
      graceHours: 1,
      refuseInUseIn: ['staging'],
      dependents: () => dependents(),
    });
  });
  beforeEach(() => {
    dependents = () => [];
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  async function connected(id: string): Promise<{
    client: Client;
    username: string;
  }> {
    const { body } = await plugin.sam
      .post(`/databases/${id}/personal-logins`)
      .expect(201);
    const client = await tenants.connect({
      user: body.login.username,
      password: body.password,
      database: body.endpoint.database,
    });
    await client.query(`SET application_name TO 'reports'`);
    return { client, username: body.login.username };
  }
  const radius = async (id: string, who = plugin.sam) =>
    (await who.get(`/databases/${id}/blast-radius`).expect(200)).body;
  const message = async (id: string, body: object = {}) => {
    const answer = await plugin.sam.post(`/databases/${id}/delete`, body);
    return [answer.status, answer.body.error?.message];
  };

  it('is nothing where nothing depends on it and nobody is connected: such a one is deleted at once', async () => {
    const id = await plugin.ready('idle-db');
    expect(await radius(id)).toMatchObject({
      dependents: { found: 'known', total: 0, items: [] },
      sessions: { found: 'known', total: 0, clients: [] },
      personalLogins: { found: 'known', items: [] },
      deletion: { asksForWord: false, undoUntil: expect.any(String) },
    });
    expect(await message(id)).toEqual([202, undefined]);
  });

  it('names what depends on it, two levels far, and who is connected, to those who may see it', async () => {
    const id = await plugin.ready('used-db');
    dependents = () => [
      component('orders', {
        dependsOn: USED,
        ownedBy: 'group:default/team-orders',
      }),
      component('shop', { dependsOn: 'component:default/orders' }),
      component('orders-api', { apiProvidedBy: ORDERS.entityRef }, 'API'),
      component('elsewhere', { dependsOn: 'resource:default/other' }),
    ];
    const { client, username } = await connected(id);
    const seen = await radius(id);
    expect(seen.dependents).toEqual({
      found: 'known',
      total: 3,
      hidden: 0,
      items: [
        ORDERS,
        { entityRef: 'component:default/shop', via: ORDERS.entityRef },
        { entityRef: 'api:default/orders-api', via: ORDERS.entityRef },
      ],
    });
    expect(seen.sessions).toEqual({
      found: 'known',
      total: 1,
      clients: [
        {
          username,
          kind: 'personal',
          person: 'user:default/sam',
          application: 'reports',
          address: '127.0.0.1',
          sessions: 1,
          since: expect.any(String),
        },
      ],
    });
    expect(seen.personalLogins.items).toMatchObject([
      { user: 'user:default/sam', access: 'read-only' },
    ]);

    // Who is connected is for those who may see who holds logins.
    const theirs = await radius(id, plugin.ines);
    expect(theirs.dependents.items).toHaveLength(3);
    expect(theirs).toMatchObject({
      sessions: { found: 'hidden', clients: [] },
      personalLogins: { found: 'hidden', items: [] },
    });
    expect(JSON.stringify(theirs)).not.toContain(username);

    const both =
      /^used-db is in use: component:default\/orders and 2 more depend on it; 1 session is open\. Give confirmName "used-db" and confirmInUse "disconnect"/;
    const inUse = [409, expect.stringMatching(both)];
    expect(await message(id)).toEqual(inUse);
    expect(await message(id, { confirmInUse: 'disconnect' })).toEqual(inUse);
    expect(await message(id, { confirmName: 'used-db' })).toEqual(inUse);
    expect(await message(id, { confirmInUse: 'yes' })).toEqual([
      400,
      expect.stringMatching(/^confirmInUse is not the word/),
    ]);
    expect((await plugin.sam.get(`/databases/${id}`)).body.state).toBe('ready');
    expect(
      await message(id, {
        confirmName: 'used-db',
        confirmInUse: 'disconnect',
      }),
    ).toEqual([202, undefined]);
    await plugin.until(`/databases/${id}`, 'suspended');
    await client.end().catch(() => {});
    expect(
      plugin.audit
        .filter(({ eventId }) => eventId === 'database-delete')
        .at(-1),
    ).toMatchObject({ status: 'succeeded', meta: { inUse: true } });
  });

  it('keeps what is used where the company says so', async () => {
    const id = await plugin.ready('kept-db', { environment: 'staging' });
    dependents = () => [
      component('orders', { dependsOn: 'resource:default/kept-db.staging' }),
    ];
    const refusal = expect.stringMatching(
      /^kept-db is in use, and nothing in staging is deleted while it is: component:default\/orders depends on it/,
    );
    expect((await radius(id)).deletion.refusal).toEqual(refusal);
    expect(
      await message(id, { confirmName: 'kept-db', confirmInUse: 'disconnect' }),
    ).toEqual([409, refusal]);
    dependents = () => [];
    expect(await message(id)).toEqual([202, undefined]);
  });

  it('is not known while the catalog or the server does not answer, which is never taken for nothing', async () => {
    const id = await plugin.ready('dark-db');
    dependents = () => {
      throw new Error('down');
    };
    expect((await radius(id)).dependents).toEqual({
      found: 'unknown',
      reason: 'The catalog does not answer.',
      items: [],
    });
    expect(await message(id)).toEqual([
      409,
      expect.stringMatching(
        /whether something depends on it is not known \(The catalog does not answer/,
      ),
    ]);
    dependents = () => [];
    await plugin.nora
      .put('/pauses/shared', { reason: 'The server is taken away' })
      .expect(200);
    await tenants.kill();
    const seen = await radius(id);
    expect(seen.sessions).toEqual({
      found: 'unknown',
      reason: 'Shared Postgres does not answer.',
      clients: [],
    });
    expect(seen.deletion.asksForWord).toBe(true);
    expect((await message(id))[1]).toMatch(
      /whether somebody is connected is not known/,
    );
  });
});
