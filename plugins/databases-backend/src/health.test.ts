import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const GIB = 2 ** 30;
/** An empty database takes seven parts of ten of it. */
const tiny = {
  storageGiB: 0.01,
  connectionLimit: 5,
  statementTimeoutSeconds: 30,
};

describe('how a database is used', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  let knex: Knex;
  const clients: Client[] = [];

  beforeAll(async () => {
    tenants = await startTenants({
      shared_preload_libraries: 'pg_stat_statements',
    });
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({ knex, tenants, sizes: { medium: tiny } });
  });
  afterAll(async () => {
    await Promise.allSettled(clients.map(client => client.end()));
    await plugin?.stop();
    await tenants?.stop();
  });

  /** As if the time until the next look had passed. */
  async function look() {
    await knex('database_health').update({ tried_at: new Date(0) });
    await plugin.scheduler.triggerTask('databases-measure');
  }
  const healthOf = async (id: string, days = 14) =>
    (await plugin.sam.get(`/databases/${id}/health?days=${days}`).expect(200))
      .body;
  const conditionsOf = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}`)).body.conditions;
  const toldOf = (name: string) =>
    plugin.notifications
      .filter(({ payload }) => payload.title.startsWith(`${name} (`))
      .filter(({ payload }) => payload.scope?.endsWith('/health'))
      .map(({ recipients, payload }) => [
        'entityRef' in recipients && recipients.entityRef,
        payload.title,
        payload.severity,
      ]);

  /** A session of a person who may make tables. */
  async function enter(id: string): Promise<Client> {
    const { body } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'schema' })
      .expect(201);
    const client = await tenants.connect({
      user: body.login.username,
      password: body.password,
      database: (await knex('databases').where({ id }).first()).external_name,
    });
    clients.push(client);
    return client;
  }
  /** About this much that does not become smaller by being packed. */
  const load = (client: Client, megabytes: number) =>
    client.query(
      `CREATE TABLE IF NOT EXISTS boats (a text);
       INSERT INTO boats SELECT string_agg(md5(n::text || random()::text), '') FROM generate_series(1, ${Math.round(megabytes * 32768)}) n
        GROUP BY n % 1024`,
    );

  it('is measured, shown and remembered', async () => {
    const id = await plugin.ready('measured');
    expect(await healthOf(id)).toMatchObject({
      limits: { storageBytes: GIB, connections: 5 },
      levels: {},
      tells: ['size', 'sessions', 'cache-hits', 'slow-queries'],
      history: [],
    });
    expect((await healthOf(id)).usage).toBeUndefined();
    await look();
    const first = await healthOf(id);
    expect(first.usage).toEqual({
      measuredAt: expect.any(String),
      sizeBytes: expect.any(Number),
      sessions: 0,
    });
    expect(first.usage.sizeBytes).toBeGreaterThan(5_000_000);

    const client = await enter(id);
    await load(client, 1);
    await client.query('SELECT sum(length(a)) FROM boats');
    // The server counts after a while what a session has read, unless it is told to do so now.
    await client.query('SELECT pg_stat_force_next_flush()');
    await look();
    const second = await healthOf(id);
    expect(second.usage).toMatchObject({
      sessions: 1,
      lastUsedAt: second.usage.measuredAt,
    });
    expect(second.usage.sizeBytes).toBeGreaterThan(first.usage.sizeBytes);
    // What was read before it was looked at first is not in it.
    expect(second.usage.cacheHitRatio).toBeGreaterThan(0.5);
    expect(second.history).toHaveLength(120);
    expect(second.history.at(-1)).toMatchObject({ sessions: 1 });
    expect((await healthOf(id, 400)).history).toHaveLength(120);
    // Of what is old there is one a day.
    expect((await healthOf(id, 90)).history).toHaveLength(90);
    await plugin.sam.get(`/databases/${id}/health?days=401`).expect(400);

    // In the list too.
    const { body } = await plugin.sam.get('/databases?search=measured');
    expect(body.items[0].usage).toEqual(second.usage);
  });

  it('is told to the owner once when a threshold is passed, and when it is well again', async () => {
    const id = await plugin.ready('filling', { size: 'medium' });
    const client = await enter(id);
    await look();
    expect(await conditionsOf(id)).toEqual([]);

    await load(client, 1.5);
    await look();
    const warned = await conditionsOf(id);
    expect(warned).toEqual([
      {
        type: 'degraded',
        message:
          'More than 80 % of its storage is used. Resize it or remove data.',
        since: expect.any(String),
      },
    ]);
    await look();
    expect(await conditionsOf(id)).toEqual(warned);

    await load(client, 2);
    // Two replicas at once.
    await Promise.all([look(), look()]);
    expect((await conditionsOf(id))[0].message).toMatch(/^More than 95 %/);
    expect((await healthOf(id)).levels.storage).toBe('critical');

    await client.query('DROP TABLE boats');
    await look();
    expect(await conditionsOf(id)).toEqual([]);
    const needsALook = [
      'group:default/team-orders',
      'filling (development): needs a look',
      'high',
    ];
    await waitFor(() => toldOf('filling').length === 3);
    expect(toldOf('filling')).toEqual([
      needsALook,
      needsALook,
      [
        'group:default/team-orders',
        'filling (development): is used within its limits again',
        'normal',
      ],
    ]);
    const { body } = await plugin.sam.get(`/databases/${id}/events`);
    expect(body.items.map((each: { message: string }) => each.message)).toEqual(
      expect.arrayContaining([
        warned[0].message,
        'Is used within its limits again',
      ]),
    );
  });

  it('says when it will be full once there is enough to say so', async () => {
    const id = await plugin.ready('growing');
    // A gibibyte less a quarter, which came in fifteen days.
    await knex.raw(
      `INSERT INTO database_measurements (database_id, measured_at, size_bytes)
       SELECT ?, now() - n * interval '12 hours', ?::float8 - n * ?::float8 FROM generate_series(1, 30) n`,
      [id, GIB * 0.75, GIB * 0.025],
    );
    // The newest point is what is measured, which is less: one point of many.
    await look();
    const { usage, levels } = await healthOf(id);
    expect(usage.growthBytesPerDay / GIB).toBeCloseTo(0.05, 2);
    expect(usage.daysToFull).toBeGreaterThan(15);
    expect(levels.growth).toBe('ok');
    expect(await conditionsOf(id)).toEqual([]);
  });

  it('is thinned as it grows old, and forgotten in the end', async () => {
    const id = await plugin.ready('old');
    await knex.raw(
      `INSERT INTO database_measurements (database_id, measured_at, size_bytes)
       SELECT ?, date_trunc('day', now(), 'UTC') - n * interval '10 minutes', 1 FROM generate_series(1, 144 * 20) n`,
      [id],
    );
    await knex('database_measurements').insert({
      database_id: id,
      measured_at: new Date(Date.now() - 401 * 24 * 3_600_000),
      size_bytes: 1,
    });
    await look();
    const [{ raw, hourly, daily, rest }] = (
      await knex.raw(
        `SELECT count(*) FILTER (WHERE age < 48)::int AS raw, count(*) FILTER (WHERE age BETWEEN 49 AND 14 * 24)::int AS hourly,
                count(*) FILTER (WHERE age BETWEEN 14 * 24 + 1 AND 400 * 24)::int AS daily, count(*) FILTER (WHERE age > 400 * 24)::int AS rest
           FROM (SELECT extract(epoch FROM now() - measured_at) / 3600 AS age FROM database_measurements WHERE database_id = ?) AS ages`,
        [id],
      )
    ).rows;
    expect(raw).toBeGreaterThan(100);
    expect(hourly).toBeGreaterThan(280);
    expect(hourly).toBeLessThan(300);
    expect(daily).toBeGreaterThanOrEqual(5);
    expect(daily).toBeLessThan(9);
    expect(rest).toBe(0);
  });

  it('shows slow statements without the values that were in them', async () => {
    const id = await plugin.ready('slow');
    const client = await enter(id);
    await client.query(`SELECT pg_sleep(0.1), 'S3CRET'`);
    const { body, headers } = await plugin.sam
      .get(`/databases/${id}/slow-queries`)
      .expect(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body.queries[0]).toMatchObject({
      query: 'SELECT pg_sleep($1), $2',
      calls: 1,
    });
    expect(JSON.stringify(body)).not.toContain('S3CRET');
  });

  it('stays as it was while the server cannot be reached', async () => {
    const id = await plugin.ready('unreachable');
    await look();
    const before = await healthOf(id);
    await tenants.kill();
    await look();
    expect(await healthOf(id)).toEqual({
      ...before,
      history: expect.any(Array),
    });
    const { body } = await plugin.sam
      .get(`/databases/${id}/slow-queries`)
      .expect(200);
    expect(body).toEqual({
      told: false,
      why: 'The server does not answer at the moment. Try again in a while.',
      queries: [],
    });
  });
});
