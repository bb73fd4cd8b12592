import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import request from 'supertest';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
const order = (name: string, extra: object = {}) => ({
  name,
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
  ...extra,
});

describe('databases', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;
  let onCatalogAsked = async (_ref: string) => {};

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({
      knex,
      tenants,
      onCatalogAsked: ref => onCatalogAsked(ref),
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const ready = async (name: string, extra: object = {}) => {
    const { body, status } = await plugin.sam.post(
      '/databases',
      order(name, extra),
    );
    expect([status, body.error]).toEqual([202, undefined]);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    return body.database.id as string;
  };

  it('offers what is configured and available', async () => {
    const { body } = await plugin.stranger.get('/options').expect(200);
    expect(body.providers).toMatchObject([
      { id: 'shared', engine: 'postgres', environments: ['development'] },
    ]);
    expect(body.sizes).toMatchObject([
      { name: 'small', pricePerMonth: { amount: 9, currency: 'EUR' } },
    ]);
    expect(body.providers[0].gives).toMatchObject({
      personalLogins: true,
      enforced: ['connections'],
    });
    // Nothing was ordered yet, so that nobody knows how long it takes.
    expect(body.offers).toEqual([
      {
        providerId: 'shared',
        engine: 'postgres',
        environment: 'development',
        takesOrders: true,
        sizes: [
          { name: 'small', pricePerMonth: { amount: 9, currency: 'EUR' } },
        ],
      },
    ]);
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

  it('answers the same key with the first order, and two at once with one', async () => {
    const body = order('once-db');
    const answers = await Promise.all(
      [1, 2, 3].map(() => plugin.sam.post('/databases', body, 'same')),
    );
    expect(answers.map(a => a.status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(a => a.body.database.id)).size).toBe(1);
    const other = await plugin.sam.post(
      '/databases',
      order('other-db'),
      'same',
    );
    expect(other.status).toBe(409);
    expect(other.body.error.message).toMatch(/different body/);
    const missing = await request(plugin.server)
      .post('/api/databases/databases')
      .set('authorization', mockCredentials.user.header('user:default/sam'))
      .send(body);
    expect(missing.status).toBe(400);
    expect(missing.body.error.message).toMatch(/idempotency-key/i);
  });

  it('asks the catalog while no transaction of the order is open, and answers a repeated order all the same', async () => {
    const open: string[] = [];
    const asked: string[] = [];
    onCatalogAsked = async ref => {
      asked.push(ref);
      const { rows } = await knex.raw(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database()
          AND state = 'idle in transaction' AND query ~ 'operations_idempotency'`,
      );
      open.push(...rows.map((row: { query: string }) => row.query));
    };
    const first = await plugin.sam
      .post('/databases', order('asked-db'), 'asked')
      .expect(202);
    expect(asked).toContain('resource:default/asked-db.development');
    expect(open).toEqual([]);
    onCatalogAsked = async () => {};

    // Somebody writes a document of that name after the order was taken.
    plugin.documents.add('asked-db.development');
    const again = await plugin.sam
      .post('/databases', order('asked-db'), 'asked')
      .expect(202);
    expect(again.body.operation.id).toBe(first.body.operation.id);
    plugin.documents.delete('asked-db.development');
  });

  it('gives a name to one of many who ask at the same time', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        plugin.sam.post('/databases', order('wanted-db')),
      ),
    );
    expect(answers.map(a => a.status).sort()).toEqual([
      202, 409, 409, 409, 409,
    ]);
    const loser = await plugin.ines.post(
      '/databases',
      order('wanted-db', { owner: 'team-payments' }),
    );
    expect(loser.body.error.message).toBe(
      'name "wanted-db" is taken in development by a database of group:default/team-orders. Choose another one.',
    );
  });

  it.each([
    [{ name: "x'; drop table databases; --" }, 400, /name contains/],
    [{ name: 'postgres' }, 400, /name is "postgres", which is reserved/],
    [{ name: '🚢🚢🚢' }, 400, /name contains the character/],
    [
      { owner: 'team-ghosts' },
      400,
      /owner group:default\/team-ghosts is not in the catalog/,
    ],
    [
      { owner: 'team-payments' },
      403,
      /owner group:default\/team-payments is not a group of yours/,
    ],
    [
      { engine: 'mysql' },
      400,
      /engine MySQL is not offered here.*Choose one of postgres, or/,
    ],
    [
      { engine: 'oracle' },
      400,
      /^engine is not known. Choose one of postgres\.$/,
    ],
    [{ size: 'xlarge' }, 400, /size xlarge is not offered/],
    [{ size: 'huge' }, 400, /^size is not known. Choose one of small\.$/],
    [{ environment: 'moon' }, 400, /environment moon is not known/],
    [
      { environment: 'production' },
      400,
      /environment production is served by no provider/,
    ],
    [{ version: '9' }, 400, /version "9" of Postgres is not offered/],
    [{ sise: 'small' }, 400, /fields that are not known: "sise"/],
    [
      { name: 'legacy' },
      409,
      /the catalog has resource:default\/legacy.development from url:/,
    ],
  ])(
    'refuses %j with a sentence, and changes nothing',
    async (wrong, status, message) => {
      const before = await knex('databases').count();
      const answer = await plugin.sam.post(
        '/databases',
        order('fine-db', wrong),
      );
      expect(answer.body.error?.message).toMatch(message);
      expect(answer.status).toBe(status);
      expect(await knex('databases').count()).toEqual(before);
    },
  );

  it.each([
    '/databases?search=%00',
    '/databases?owner=a%00',
    '/databases/by-name/development/%00',
    '/databases/by-name/development/%ff',
    '/databases/00000000-0000-0000-0000-000000000000/events?cursor=9999999999999999999',
  ])('answers %s with what is wrong', async path => {
    const { body } = await plugin.sam.get(path).expect(400);
    expect(body.error.message).toMatch(/address|query|cursor/i);
  });

  it.each([{ description: 'half \ud800' }, { name: 'a\u0000b' }])(
    'refuses text that cannot be stored: %j',
    async extra => {
      const { body } = await plugin.sam
        .post('/databases', order('text-db', extra))
        .expect(400);
      expect(body.error.message).toMatch(new RegExp(Object.keys(extra)[0]));
    },
  );

  it('lets owners and administrators change, and others only look', async () => {
    const id = await ready('owned-db');
    await plugin.ines.get(`/databases/${id}`).expect(200);
    for (const change of [
      'suspend',
      'resume',
      'retry',
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

  it('hands a person a login of their own, once', async () => {
    const id = await ready('people-db');
    const neighbour = await ready('neighbour-db');
    const { body: reveal, headers } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { hours: 2 })
      .expect(201);
    expect(headers['cache-control']).toBe('no-store');
    const login = {
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    };
    const client = await tenants.connect(login);
    await expect(client.query('CREATE TABLE t ()')).rejects.toThrow();
    const { rows } = await tenants.admin.query(
      `SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1`,
      [login.user],
    );
    expect(rows[0].rolvaliduntil.toISOString()).toBe(reveal.login.expiresAt);

    const { body: neighbours } = await plugin.sam.get(
      `/databases/${neighbour}`,
    );
    await expect(
      tenants.connect({ ...login, database: neighbours.endpoint.database }),
    ).rejects.toThrow(/permission denied/);

    const { body: list } = await plugin.sam.get(
      `/databases/${id}/personal-logins`,
    );
    expect(list.items).toMatchObject([
      { user: 'user:default/sam', state: 'active' },
    ]);
    expect(JSON.stringify(list)).not.toContain(reveal.password);
    for (const table of [
      'personal_logins',
      'operations_events',
      'sealed_secrets',
    ]) {
      expect(JSON.stringify(await knex(table))).not.toContain(reveal.password);
    }

    await plugin.ines
      .delete(`/databases/${id}/personal-logins/${reveal.login.id}`)
      .expect(403);
    await plugin.sam
      .delete(`/databases/${id}/personal-logins/${reveal.login.id}`)
      .expect(204);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(tenants.connect(login)).rejects.toThrow(/authentication/);
  });

  it('ends a login, and who uses it, when its time is over', async () => {
    const id = await ready('hours-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { hours: 1 })
      .expect(201);
    const login = {
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    };
    const client = await tenants.connect(login);
    client.on('error', () => {});
    await knex('personal_logins')
      .where({ id: reveal.login.id })
      .update({ expires_at: knex.raw(`now() - interval '1 second'`) });
    await plugin.scheduler.triggerTask('databases-revoke-personal-logins');
    await waitFor(async () => {
      const { body } = await plugin.sam.get(`/databases/${id}/personal-logins`);
      return body.items[0].state === 'expired';
    });
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(tenants.connect(login)).rejects.toThrow(/authentication/);
  });

  it('asks the catalog for membership at each login', async () => {
    const id = await ready('leaver-db');
    // The token still says so; the catalog does not any more.
    plugin.membership.set('user:default/sam', ['group:default/team-orders']);
    const groups = plugin.membership.get('user:default/sam') ?? [];
    plugin.membership.delete('user:default/sam');
    try {
      await plugin.sam.post(`/databases/${id}/personal-logins`).expect(403);
    } finally {
      plugin.membership.set('user:default/sam', groups);
    }
    for (const hours of [25, 721]) {
      const { body } = await plugin.sam
        .post(`/databases/${id}/personal-logins`, { hours })
        .expect(400);
      expect(body.error.message).toBe(
        `hours is ${hours}. Give at most 24 hours.`,
      );
    }
  });

  it('rotates the application’s login', async () => {
    const id = await ready('rotate-db');
    const { body } = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await knex('databases').where({ id }).first()).toMatchObject({
      workload_slot: 'b',
      workload_revision: 2,
    });
    const { rows } = await tenants.admin.query(
      `SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'rotate%' AND rolpassword IS NOT NULL`,
    );
    expect(rows.filter(r => r.rolcanlogin)).toHaveLength(1);
  });

  it('deletes in two steps, and purges only by name', async () => {
    const id = await ready('short-db');
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
    await ready('short-db');
  });

  it('tells how long orders took, measured', async () => {
    for (const name of ['timed-a', 'timed-b', 'timed-c']) await ready(name);
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

async function waitFor(condition: () => boolean | Promise<boolean>) {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('did not come true');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
