import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import request from 'supertest';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('orders', () => {
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
    expect(missing.body.error.message).toBe(
      'Idempotency-Key is missing. Send the header with a new UUID for each new request.',
    );
    const { id } = answers[0].body.database;
    for (const change of ['suspend', 'give-up', 'delete']) {
      const keyless = await request(plugin.server)
        .post(`/api/databases/databases/${id}/${change}`)
        .set('authorization', mockCredentials.user.header('user:default/sam'))
        .send({})
        .expect(400);
      expect(keyless.body.error.message).toBe(missing.body.error.message);
    }
  });

  it('refuses what a change does not take, and changes nothing', async () => {
    const { body } = await plugin.sam
      .post('/databases', order('strict-db'))
      .expect(202);
    const { id } = body.database;
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    for (const change of [
      'suspend',
      'resume',
      'retry',
      'cancel',
      'give-up',
      'rotate',
    ]) {
      const unknown = await plugin.sam.post(`/databases/${id}/${change}`, {
        when: 'tomorrow',
      });
      expect([unknown.status, unknown.body.error.message]).toEqual([
        400,
        'The request has fields that are not known: "when". This one takes none: leave its body empty.',
      ]);
      const list = await plugin.sam.post(`/databases/${id}/${change}`, ['now']);
      expect([list.status, list.body.error.message]).toEqual([
        400,
        expect.stringMatching(/^The request is not a JSON object/),
      ]);
    }
    const { body: after } = await plugin.sam.get(`/databases/${id}`);
    expect(after.operationId).toBe(body.operation.id);

    const bare = await request(plugin.server)
      .post(`/api/databases/databases/${id}/suspend`)
      .set('authorization', mockCredentials.user.header('user:default/sam'))
      .set('idempotency-key', 'without-a-body');
    expect([bare.status, bare.body.error]).toEqual([202, undefined]);
  });

  it.each([
    ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    [
      'objects',
      (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    ],
  ])('refuses %s that are nested beyond reason', async (_, nested) => {
    for (const depth of [30, 16_000]) {
      const { body } = await request(plugin.server)
        .post('/api/databases/databases')
        .set('authorization', mockCredentials.user.header('user:default/sam'))
        .set('idempotency-key', 'deep')
        .set('content-type', 'application/json')
        .send(`{"description":${nested(depth)}}`)
        .expect(400);
      expect(body.error.message).toMatch(
        /^body\.description\.\S+ is nested more than 20 levels deep/,
      );
    }
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

  it('takes an order of an administrator for any group, and says so on the timeline and on record', async () => {
    const { body } = await plugin.nora
      .post('/databases', order('helped-db'))
      .expect(202);
    const { id, owner, createdBy } = body.database;
    expect({ owner, createdBy }).toEqual({
      owner: 'group:default/team-orders',
      createdBy: 'user:default/nora',
    });
    const { items } = (await plugin.sam.get(`/databases/${id}/events`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({
        actor: 'user:default/nora',
        message:
          'Ordered by an administrator, who does not belong to group:default/team-orders',
      }),
    );
    expect(plugin.audit).toContainEqual(
      expect.objectContaining({
        eventId: 'database-create',
        meta: expect.objectContaining({
          databaseId: id,
          orderedAs: 'administrator',
        }),
      }),
    );
    // For a group of her own she is a member like any other.
    await plugin.nora
      .post('/databases', order('own-db', { owner: 'platform-team' }))
      .expect(202);
    expect(plugin.audit.at(-1)?.meta.orderedAs).toBe('member');
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
});
