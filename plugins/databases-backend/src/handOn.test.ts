import { randomUUID } from 'node:crypto';
import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import request from 'supertest';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
const ORDERS = 'group:default/team-orders';
const PAYMENTS = 'group:default/team-payments';
const PLATFORM = 'group:default/platform-team';
const reason = 'Payments runs it from now on.';
const toPayments = { owner: 'team-payments', reason };

describe('handing a database on', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;
  let beforeCatalog = async () => {};

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({
      knex,
      tenants,
      onCatalogAsked: () => beforeCatalog(),
    });
    // Sam is in both groups, tara in the old one only.
    plugin.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    plugin.membership.set('user:default/tara', [ORDERS]);
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });
  afterEach(() => {
    beforeCatalog = async () => {};
  });

  const handOn = (
    id: string,
    person: 'sam' | 'ines' | 'nora' | 'stranger' = 'sam',
    body: object = toPayments,
    key?: string,
  ) => plugin[person].post(`/databases/${id}/owner`, body, key);
  const login = async (person: string, id: string) => {
    const { body } = await plugin
      .as(person)
      .post(`/databases/${id}/personal-logins`)
      .expect(201);
    return {
      user: body.login.username,
      password: body.password,
      database: body.endpoint.database,
    };
  };
  /** The owner that the server's marker names. */
  /** What the server remembers. */
  const marked = async (id: string) => {
    const { rows } = await tenants.admin.query(
      'SELECT owner FROM slipway.databases WHERE id = $1',
      [id],
    );
    return rows[0].owner;
  };
  const stored = async (id: string) => ({
    database: await knex('databases').where({ id }).first(),
    revisions: await knex('database_revisions').where({ database_id: id }),
    logins: await knex('personal_logins').where({ database_id: id }),
    events: await knex('operations_events').where({ resource_id: id }),
    operations: await knex('operations_operations').where({ resource_id: id }),
    keys: await knex('operations_idempotency').where(
      'scope',
      'like',
      `%${id}%`,
    ),
  });

  it('makes the other group the owner at once, and takes logins of others back', async () => {
    const id = await plugin.ready('handed-db');
    const [ofSam, ofTara] = [
      await login('user:default/sam', id),
      await login('user:default/tara', id),
    ];
    const session = await tenants.connect(ofTara);
    const { status, body } = await handOn(id);
    expect([status, body.error]).toEqual([202, undefined]);
    expect(body).toMatchObject({
      database: { owner: PAYMENTS, revision: 2, state: 'ready' },
      operation: { type: 'hand-on', title: 'Hand the database on' },
      warnings: [],
    });
    // Decided by the new owner from now on.
    await plugin.ines.post(`/databases/${id}/retry`).expect(409);
    await plugin
      .as('user:default/tara')
      .post(`/databases/${id}/suspend`)
      .expect(403);
    expect(
      (await plugin.ines.get('/databases?mine=true')).body.items,
    ).toContainEqual(expect.objectContaining({ id }));
    const { body: entities } = await request(plugin.server)
      .get('/api/databases/catalog-entities')
      .set('authorization', mockCredentials.service.header());
    expect(entities.items).toContainEqual(
      expect.objectContaining({
        entityRef: 'resource:default/handed-db.development',
        entity: expect.objectContaining({
          spec: expect.objectContaining({ owner: PAYMENTS }),
        }),
      }),
    );

    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await expect(session.query('SELECT 1')).rejects.toThrow();
    await expect(tenants.connect(ofTara)).rejects.toThrow(/authentication/);
    const stays = await tenants.connect(ofSam);
    await stays.query('SELECT 1');
    await stays.end();
    expect(await marked(id)).toBe(PAYMENTS);
    const { database, revisions } = await stored(id);
    expect(database).toMatchObject({ owner: PAYMENTS, revision: 2 });
    expect(revisions.map(each => [each.revision, each.owner])).toEqual([
      [1, ORDERS],
      [2, PAYMENTS],
    ]);
    expect(revisions[1]).toMatchObject({
      spec: revisions[0].spec,
      created_by: 'user:default/sam',
    });
  });

  it('is on the timeline and in the audit trail, and both groups are told', async () => {
    const id = await plugin.ready('told-db');
    await login('user:default/tara', id);
    await handOn(id).expect(202);
    const eventsFor = async (person: 'sam' | 'stranger') => {
      const { body } = await plugin[person].get(`/databases/${id}/events`);
      return body.items.map((each: { type: string; message: string }) => [
        each.type,
        each.message,
      ]);
    };
    const sentence = [
      'owner.changed',
      `Handed on from ${ORDERS} to ${PAYMENTS}: ${reason}`,
    ];
    const ofLogin = [
      'personal-login.revoked',
      expect.stringContaining('user:default/tara'),
    ];
    expect(await eventsFor('sam')).toEqual(
      expect.arrayContaining([sentence, ofLogin]),
    );
    // Who holds logins is for those who may hand them out.
    expect(await eventsFor('stranger')).toContainEqual(sentence);
    expect(await eventsFor('stranger')).not.toContainEqual(ofLogin);
    expect(plugin.audit).toContainEqual({
      eventId: 'database-hand-on',
      status: 'succeeded',
      meta: {
        databaseId: id,
        owner: PAYMENTS,
        reason,
        from: ORDERS,
        operationId: expect.any(String),
        operationType: 'hand-on',
      },
    });
    const told = () =>
      plugin.notifications.filter(({ payload }) =>
        /^told-db .* belongs to/.test(payload.title),
      );
    await waitFor(() => told().length > 0);
    await plugin.scheduler.triggerTask('databases-notify');
    expect(told()).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: [ORDERS, PAYMENTS],
          excludeEntityRef: 'user:default/sam',
        },
        payload: expect.objectContaining({
          title: 'told-db (development) belongs to team-payments now',
          description: expect.stringContaining(reason),
          link: '/databases/development/told-db',
        }),
      },
    ]);
  });

  it('is for owners to groups of theirs, and for the platform team to any', async () => {
    const id = await plugin.ready('guarded-db');
    const before = await stored(id);
    const agent = (user: string) =>
      request(plugin.server)
        .post(`/api/databases/databases/${id}/owner`)
        .set(
          'authorization',
          `Bearer ${mockCredentials.user.token(user, { actor: { subject: 'plugin:mcp-actions' } })}`,
        )
        .set('idempotency-key', randomUUID())
        .send(toPayments);
    const asService = request(plugin.server)
      .post(`/api/databases/databases/${id}/owner`)
      .set('authorization', mockCredentials.service.header())
      .set('idempotency-key', 'service')
      .send(toPayments);
    for (const [call, status, message] of [
      [handOn(id, 'stranger'), 403, /^Only group:default\/team-orders and the/],
      [handOn(id, 'ines'), 403, /^Only group:default\/team-orders and the/],
      [
        handOn(id, 'sam', { owner: PLATFORM, reason }),
        403,
        /^owner group:default\/platform-team is not a group of yours/,
      ],
      [agent('user:default/sam'), 403, /^Only people hand databases on, /],
      [agent('user:default/nora'), 403, /^Only people hand databases on, /],
      [asService, 403, /./],
      [
        handOn(id, 'nora', { owner: 'team-gone', reason }),
        400,
        /^owner group:default\/team-gone is not in the catalog/,
      ],
      [
        handOn(id, 'sam', { owner: ORDERS, reason }),
        400,
        /^owner group:default\/team-orders owns guarded-db already/,
      ],
      [
        handOn(id, 'sam', { owner: 'user:default/ines', reason }),
        400,
        /^owner is not the reference of a group/,
      ],
      [handOn(id, 'sam', { owner: PAYMENTS }), 400, /^reason is missing/],
      [handOn(randomUUID(), 'nora'), 404, /^There is no database/],
    ] as const) {
      const answer = await call;
      expect([answer.status, answer.body.error.message]).toEqual([
        status,
        expect.stringMatching(message),
      ]);
    }
    expect(await stored(id)).toEqual(before);

    // Nora is in neither group.
    const { body } = await handOn(id, 'nora').expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await marked(id)).toBe(PAYMENTS);
  });

  it('goes by the groups of now, whatever the token says', async () => {
    const id = await plugin.ready('fresh-db');
    const before = await stored(id);
    const membership = plugin.membership;
    for (const [left, message] of [
      [[PAYMENTS], /^Only group:default\/team-orders and the platform team/],
      [[ORDERS], /is not a group of yours/],
    ] as const) {
      beforeCatalog = async () =>
        void membership.set('user:default/sam', [...left]);
      const { status, body } = await handOn(id);
      expect([status, body.error.message]).toEqual([
        403,
        expect.stringMatching(message),
      ]);
      plugin.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    }
    beforeCatalog = async () =>
      void plugin.membership.delete('user:default/nora');
    await handOn(id, 'nora').expect(403);
    plugin.membership.set('user:default/nora', [PLATFORM]);
    expect(await stored(id)).toEqual(before);
  });

  it('is done once for a key', async () => {
    const id = await plugin.ready('once-db');
    const ask = () => handOn(id, 'sam', toPayments, 'the-key');
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
    expect((await stored(id)).revisions).toHaveLength(2);
    const other = await handOn(
      id,
      'sam',
      { ...toPayments, reason: 'Another' },
      'the-key',
    );
    expect([other.status, other.body.error.message]).toEqual([
      409,
      expect.stringContaining('used before with a different body'),
    ]);
    await request(plugin.server)
      .post(`/api/databases/databases/${id}/owner`)
      .set('authorization', mockCredentials.user.header('user:default/sam'))
      .send(toPayments)
      .expect(400, /Idempotency-Key/);
  });

  it('waits for what is under way, and holds up what comes meanwhile', async () => {
    const id = await plugin.ready('busy-db');
    await plugin.nora.put('/pauses/shared', { reason: 'Maintenance' });
    const rotation = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    const refused = await handOn(id);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(
        /^The database is busy: "Replace the application’s login", asked for by user:default\/sam, is \w+\. Hand it on when/,
      ),
    ]);
    expect((await stored(id)).database.owner).toBe(ORDERS);
    await plugin.sam.post(`/databases/${id}/cancel`).expect(202);
    await plugin.until(
      `/operations/${rotation.body.operation.id}`,
      'cancelled',
    );

    const ofTara = await login('user:default/tara', id);
    const { body } = await handOn(id).expect(202);
    // No pause holds up what makes it safer.
    await waitFor(async () =>
      tenants.connect(ofTara).then(
        client => client.end().then(() => false),
        () => true,
      ),
    );
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');
    expect((await plugin.sam.get(`/databases/${id}`)).body.owner).toBe(
      PAYMENTS,
    );
    await plugin.sam.post(`/databases/${id}/suspend`).expect(409);
    const tooLate = await plugin.sam.post(`/databases/${id}/cancel`);
    expect(tooLate.status).toBe(409);
    await plugin.nora.delete('/pauses/shared').expect(204);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await marked(id)).toBe(PAYMENTS);
  });

  it('hands no login out to whom it would not be given any more', async () => {
    const id = await plugin.ready('raced-db');
    const pathOf = `/databases/${id}/personal-logins`;
    let handed: Promise<unknown> | undefined;
    // Between the look at the groups and the login.
    beforeCatalog = async () => {
      beforeCatalog = async () => {};
      handed = handOn(id).expect(202);
      await handed;
    };
    const refused = await plugin.as('user:default/tara').post(pathOf);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(/was just handed on/),
    ]);
    expect((await stored(id)).logins).toEqual([]);
  });

  it('is written as a whole or not at all', async () => {
    const id = await plugin.ready('whole-db');
    await login('user:default/tara', id);
    const before = await stored(id);
    const tables = [
      'databases',
      'database_revisions',
      'personal_logins',
      'operations_events',
      'operations_operations',
      'operations_steps',
      'operations_idempotency',
    ];
    for (const table of tables) {
      await knex.raw(
        `CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`,
      );
      await knex.raw(
        `CREATE TRIGGER break AFTER INSERT OR UPDATE ON ?? FOR EACH ROW EXECUTE FUNCTION break()`,
        [table],
      );
      const { status } = await handOn(id);
      await knex.raw('DROP FUNCTION break() CASCADE');
      expect([table, status]).toEqual([table, 500]);
      expect(await stored(id)).toEqual(before);
    }
    await handOn(id).expect(202);
  });

  it('is told to the server when that is suspended, and what failed is tried again for the new owner', async () => {
    const id = await plugin.ready('resting-db');
    const suspension = await plugin.sam
      .post(`/databases/${id}/suspend`)
      .expect(202);
    await plugin.until(
      `/operations/${suspension.body.operation.id}`,
      'succeeded',
    );
    const { body } = await handOn(id).expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect((await plugin.sam.get(`/databases/${id}`)).body).toMatchObject({
      state: 'suspended',
      owner: PAYMENTS,
    });
    expect(await marked(id)).toBe(PAYMENTS);

    // Without the neighbour nothing proves that the login stays out of it.
    await tenants.admin.query(
      `ALTER DATABASE slipway_neighbour RENAME TO away`,
    );
    const ordered = await plugin.sam.post('/databases', order('failed-db'));
    await plugin.until(`/operations/${ordered.body.operation.id}`, 'failed');
    const failed = ordered.body.database.id;
    const handed = await handOn(failed).expect(202);
    // Nothing follows: whoever tries again does it for the new owner.
    expect(handed.body.operation).toMatchObject({
      id: ordered.body.operation.id,
      state: 'failed',
    });
    await tenants.admin.query(
      `ALTER DATABASE away RENAME TO slipway_neighbour`,
    );
    const retry = await plugin.ines.post(`/databases/${failed}/retry`);
    await plugin.until(`/operations/${retry.body.operation.id}`, 'succeeded');
    expect(await marked(failed)).toBe(PAYMENTS);
  });

  it('is refused when it is gone', async () => {
    const id = await plugin.ready('gone-db');
    for (const step of ['suspended', 'deleted']) {
      const { body } = await plugin.sam.post(`/databases/${id}/delete`, {
        confirmName: 'gone-db',
      });
      await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
      await plugin.until(`/databases/${id}`, step);
    }
    const refused = await handOn(id);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      'gone-db is deleted',
    ]);
  });

  it('is done by one of two replicas that are asked at once', async () => {
    const second = await startPlugin({ knex, tenants });
    second.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    try {
      const id = await plugin.ready('both-db');
      const answers = await Promise.all([
        plugin.nora.post(`/databases/${id}/owner`, toPayments),
        second.nora.post(`/databases/${id}/owner`, { owner: PLATFORM, reason }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
      const won = answers.find(({ status }) => status === 202)!;
      const { owner } = won.body.database;
      await plugin.until(`/operations/${won.body.operation.id}`, 'succeeded');
      expect(await marked(id)).toBe(owner);
      expect((await stored(id)).revisions).toHaveLength(2);
    } finally {
      await second.stop();
    }
  });
});

describe('handing a database on while its server is away', () => {
  it('is so at once, and follows on the server when that is back', async () => {
    const knex = await test.init('POSTGRES_18');
    const tenants = await startTenants();
    let plugin = await startPlugin({ knex, tenants });
    try {
      const id = await plugin.ready('away-db');
      const { body: login } = await plugin.sam
        .post(`/databases/${id}/personal-logins`)
        .expect(201);
      await plugin.stop();
      plugin = await startPlugin({
        knex,
        tenants: { port: 1, password: tenants.password },
      });
      const { body } = await plugin.nora
        .post(`/databases/${id}/owner`, toPayments)
        .expect(202);
      await plugin.until(`/operations/${body.operation.id}`, 'waiting');
      expect(body.database.owner).toBe(PAYMENTS);
      await plugin.stop();

      plugin = await startPlugin({ knex, tenants });
      await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
      await expect(
        tenants.connect({
          user: login.login.username,
          password: login.password,
          database: login.endpoint.database,
        }),
      ).rejects.toThrow(/authentication/);
      const { body: logins } = await plugin.nora.get(
        `/databases/${id}/personal-logins`,
      );
      expect(logins.items).toMatchObject([{ state: 'revoked' }]);
    } finally {
      await plugin.stop();
      await tenants.stop();
    }
  });
});
