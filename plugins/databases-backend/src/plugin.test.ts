import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import request from 'supertest';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('databases', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({ knex, tenants });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  it('offers what is configured and available', async () => {
    const { body } = await plugin.stranger.get('/options').expect(200);
    expect(body.providers).toMatchObject([
      {
        id: 'shared',
        engine: 'postgres',
        environments: ['development', 'staging'],
      },
    ]);
    expect(body.sizes).toMatchObject([
      { name: 'small', pricePerMonth: { amount: 9, currency: 'EUR' } },
    ]);
    expect(body.providers[0].gives).toMatchObject({
      personalLogins: true,
      enforced: ['connections'],
    });
    // Nothing was ordered yet, so that nobody knows how long it takes.
    expect(body.offers).toEqual(
      ['development', 'staging'].map(environment => ({
        providerId: 'shared',
        engine: 'postgres',
        environment,
        takesOrders: true,
        protection: {},
        sizes: [
          { name: 'small', pricePerMonth: { amount: 9, currency: 'EUR' } },
        ],
      })),
    );
    await request(plugin.server)
      .get('/api/databases/options')
      .set('authorization', mockCredentials.none.header())
      .expect(401);
  });

  it('makes a database that takes its login and keeps others out', async () => {
    const accepted = await plugin.sam
      .post('/databases', order('orders-db', { description: 'Orders' }))
      .expect(202);
    const { id } = accepted.body.database;
    expect(accepted.body.operation.steps.length).toBeGreaterThan(5);
    await plugin.until(`/databases/${id}`, 'ready');

    const { body: database } = await plugin.sam.get(`/databases/${id}`);
    expect(database).toMatchObject({
      state: 'ready',
      owner: 'group:default/team-orders',
      entityRef: 'resource:default/orders-db.development',
      endpoint: { port: tenants.port },
      pricePerMonth: { amount: 9 },
    });
    expect(await tenants.databases()).toContain(database.endpoint.database);

    const { body: operation } = await plugin.ines
      .get(`/operations/${accepted.body.operation.id}`)
      .expect(200);
    expect(operation.state).toBe('succeeded');
    expect(
      operation.steps.every((s: { attempt: number }) => s.attempt === 1),
    ).toBe(true);

    const { body: events } = await plugin.sam.get(`/databases/${id}/events`);
    expect(events.items.map((e: { message: string }) => e.message)).toEqual(
      expect.arrayContaining(['Ordered', 'From verifying to ready']),
    );
    const { body: byName } = await plugin.sam.get(
      '/databases/by-name/development/orders-db',
    );
    expect(byName.id).toBe(id);
    const { body: page } = await plugin.sam.get(
      '/databases?mine=true&search=orders',
    );
    expect(page).toMatchObject({ totalItems: 1, items: [{ id }] });
    expect(
      (await plugin.ines.get('/databases?mine=true')).body.totalItems,
    ).toBe(0);

    expect(plugin.audit).toContainEqual({
      eventId: 'database-create',
      status: 'succeeded',
      meta: {
        name: 'orders-db',
        environment: 'development',
        owner: 'group:default/team-orders',
        databaseId: id,
        operationId: operation.id,
        operationType: 'create',
        orderedAs: 'member',
      },
    });
    // Nothing that was written anywhere holds a password in the clear.
    const [{ sealed }] = await knex('sealed_secrets');
    expect(sealed.length).toBeGreaterThan(40);
    await waitFor(() =>
      plugin.notifications.some(n => n.payload.link?.endsWith('/orders-db')),
    );
    expect(plugin.notifications[0].recipients).toEqual({
      type: 'entity',
      entityRef: 'user:default/sam',
    });
  });

  it('lets owners and administrators change, and others only look', async () => {
    const id = await plugin.ready('owned-db');
    await plugin.ines.get(`/databases/${id}`).expect(200);
    for (const change of [
      'suspend',
      'resume',
      'retry',
      'cancel',
      'give-up',
      'rotate',
      'delete',
    ]) {
      const { status, body } = await plugin.ines.post(
        `/databases/${id}/${change}`,
      );
      expect([change, status]).toEqual([change, 403]);
      expect(body.error.message).toMatch(/Only group:default\/team-orders/);
    }
    await plugin.ines.post(`/databases/${id}/personal-logins`).expect(403);
    const { body } = await plugin.nora
      .post(`/databases/${id}/suspend`)
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await plugin.until(`/databases/${id}`, 'suspended');
    const resumed = await plugin.sam
      .post(`/databases/${id}/resume`)
      .expect(202);
    await plugin.until(`/operations/${resumed.body.operation.id}`, 'succeeded');
    await plugin.until(`/databases/${id}`, 'ready');
  });

  it('rotates the application’s login', async () => {
    const id = await plugin.ready('rotate-db');
    const { body } = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    // As people look for it, and not only by its id.
    expect(plugin.audit).toContainEqual({
      eventId: 'database-rotate',
      status: 'succeeded',
      meta: {
        databaseId: id,
        name: 'rotate-db',
        environment: 'development',
        operationId: body.operation.id,
        operationType: 'renew',
      },
    });
    expect(await knex('databases').where({ id }).first()).toMatchObject({
      workload_slot: 'b',
      workload_revision: 2,
    });
    const live = async () => {
      const { rows } = await tenants.admin.query(
        `SELECT rolname FROM pg_roles WHERE rolname LIKE 'rotate%' AND rolpassword IS NOT NULL AND rolcanlogin`,
      );
      return rows.length;
    };
    // The former one works on until nobody needs it.
    expect(await live()).toBe(2);
    const { body: retired } = await plugin.sam
      .post(`/databases/${id}/retire-login`)
      .expect(202);
    await plugin.until(`/operations/${retired.operation.id}`, 'succeeded');
    expect(await live()).toBe(1);
  });

  it('deletes in two steps, and purges only by name', async () => {
    const id = await plugin.ready('short-db');
    const deletions = () =>
      plugin.audit.filter(
        ({ eventId, meta }) =>
          eventId === 'database-delete' && meta.databaseId === id,
      );
    const { body: kept } = await plugin.sam
      .post(`/databases/${id}/delete`, { confirmName: 'short-db' })
      .expect(202);
    // What was done, not what could have been meant: a name alone purges nothing that is ready.
    expect(deletions()).toMatchObject([
      { status: 'succeeded', meta: { named: true, operationType: 'suspend' } },
    ]);
    await plugin.until(`/operations/${kept.operation.id}`, 'succeeded');
    const { body: suspended } = await plugin.sam.get(`/databases/${id}`);
    expect(suspended.state).toBe('suspended');
    expect(suspended.purgeAfter).toBeDefined();
    const external = suspended.endpoint.database;
    expect(await tenants.databases()).toContain(external);

    const refused = await plugin.sam
      .post(`/databases/${id}/delete`)
      .expect(400);
    expect(refused.body.error.message).toMatch(/confirmName is not the name/);
    await plugin.sam
      .post(`/databases/${id}/delete`, { confirmName: '' })
      .expect(400);
    // Not by what acts on the owner's behalf.
    const agent = mockCredentials.user.token('user:default/sam', {
      actor: { subject: 'plugin:mcp-actions' },
    });
    const { body: byAgent } = await request(plugin.server)
      .post(`/api/databases/databases/${id}/delete`)
      .set('authorization', `Bearer ${agent}`)
      .set('idempotency-key', 'agent')
      .send({ confirmName: 'short-db' })
      .expect(403);
    expect(byAgent.error.message).toMatch(
      /^Only people remove data for good, /,
    );
    for (const event of deletions().slice(1)) {
      expect(event.status).toBe('failed');
      expect(event.meta).not.toHaveProperty('operationType');
    }
    const { body } = await plugin.sam
      .post(`/databases/${id}/delete`, { confirmName: 'short-db' })
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await tenants.databases()).not.toContain(external);
    expect(await knex('sealed_secrets').where('id', 'like', `%${id}%`)).toEqual(
      [],
    );
    expect(deletions().at(-1)).toMatchObject({
      status: 'succeeded',
      meta: { operationType: 'purge', operationId: body.operation.id },
    });
    // The name is free again.
    await plugin.ready('short-db');
  });

  it('tells how long orders took, measured', async () => {
    for (const name of ['timed-a', 'timed-b', 'timed-c'])
      await plugin.ready(name);
    const { rows } = await knex.raw(
      `SELECT extract(epoch FROM finished_at - created_at)::float8 AS seconds
        FROM operations_operations WHERE type = 'create' AND state = 'succeeded'
        ORDER BY 1`,
    );
    const { body } = await plugin.stranger.get('/options').expect(200);
    const [{ medianSeconds, measuredOrders }] = body.offers;
    expect(measuredOrders).toBe(rows.length);
    const middle = (rows.length - 1) / 2;
    const expected =
      (rows[Math.floor(middle)].seconds + rows[Math.ceil(middle)].seconds) / 2;
    expect(medianSeconds).toBeCloseTo(expected, 0);
    expect(medianSeconds).toBeGreaterThan(0);
  });

  it('tells services, and only services, about catalog entities', async () => {
    await plugin.sam.get('/catalog-entities').expect(403);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: request.Response = await request(plugin.server)
        .get(
          `/api/databases/catalog-entities?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
        )
        .set('authorization', mockCredentials.service.header())
        .expect(200);
      seen.push(...body.items.map((i: { entityRef: string }) => i.entityRef));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toContain('resource:default/orders-db.development');
    expect(new Set(seen).size).toBe(seen.length);
  });
});
