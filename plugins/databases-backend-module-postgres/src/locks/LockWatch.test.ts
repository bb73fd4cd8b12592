import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  DatabaseIncident,
  DatabaseTarget,
} from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from '../__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from '../__testUtils__/startHarness';
import { PostgresDatabaseProvider } from '../PostgresDatabaseProvider';
import { tenantNames } from '../identifiers';

jest.setTimeout(120_000);

/** What docs/databases.md promises to neighbours. */
const PROMISED_MS = 5_000;
const PLACES = 64 * 60;

describe('tenants who fill the table of locks', () => {
  let harness: PostgresHarness;
  let hostile: DatabaseTarget;
  let neighbour: DatabaseTarget;
  let accomplices: DatabaseTarget[];
  let stop: AbortController;
  let watching: Promise<unknown>[];
  let providers: PostgresDatabaseProvider[];
  let incidents: DatabaseIncident[];
  const clients: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  const login = async (
    target: DatabaseTarget,
    user = tenantNames(target.externalName).logins.a,
  ) => {
    const { database } = tenantNames(target.externalName);
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    await client.connect();
    clients.push(client);
    return client;
  };

  /** A portal's replica begins to watch. */
  const watch = (
    locks: Partial<{ perDatabase: number; suspendAfter: number }> = {},
  ) => {
    const provider = PostgresDatabaseProvider.create({
      ...harness.config,
      locks: { suspendAfter: 3, ...locks },
    });
    providers.push(provider);
    watching.push(
      provider.watch({
        signal: stop.signal,
        logger: mockServices.logger.mock(),
        report: async incident => {
          incidents.push(incident);
        },
      }),
    );
  };
  const isWatched = async () => {
    for (;;) {
      const { rows } = await harness.admin.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN
           (SELECT pid FROM pg_stat_activity WHERE usename = 'provisioner' AND datname = 'postgres')`,
      );
      if (rows.length) return;
      await sleep(50);
    }
  };
  const locksOf = async (target: DatabaseTarget) =>
    (
      await harness.admin.query(
        `SELECT count(*)::int AS n FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = $1 AND NOT fastpath`,
        [target.externalName],
      )
    ).rows[0].n;
  const take = (client: Client, count: number) =>
    client.query(
      `SELECT pg_advisory_lock(g) FROM generate_series(1, $1::int) g`,
      [count],
    );
  /** What a neighbour does all day, and what the platform does for them: both need places in the table. */
  const work = async (client: Client) => {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(4711)');
    await client.query('COMMIT');
    const newcomer = await login(neighbour);
    await newcomer.query('SELECT 1');
    await newcomer.end();
  };
  /** How long until a neighbour works again. */
  const untilItWorks = async (client: Client) => {
    const started = Date.now();
    for (;;) {
      try {
        await work(client);
        return Date.now() - started;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        if (Date.now() - started > 30_000) throw error;
        await sleep(20);
      }
    }
  };

  beforeAll(async () => {
    harness = await startHarness({
      max_locks_per_transaction: '64',
      max_connections: '60',
      reserved_connections: '6',
    });
    const provision = async (name: string) =>
      (await provisionTenant(harness, { name, password, context })).target;
    hostile = await provision('hostile');
    neighbour = await provision('neighbour');
    accomplices = [
      await provision('accomplice-1'),
      await provision('accomplice-2'),
    ];
  });
  afterAll(() => harness?.stop());
  beforeEach(() => {
    stop = new AbortController();
    watching = [];
    providers = [];
    incidents = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(watching);
    await Promise.allSettled(providers.map(each => each.close()));
    await Promise.all(clients.splice(0).map(each => each.end()));
  });

  /**
   * Takes locks until it is refused. Locks of a session outlive the statement that failed, so that the table stays full.
   * @returns how long it took
   */
  const fill = async (client: Client) => {
    const started = Date.now();
    await expect(take(client, 1_000_000)).rejects.toThrow();
    return Date.now() - started;
  };

  it('hold up everybody while nobody watches', async () => {
    const client = await login(hostile);
    await fill(client);
    for (let second = 0; second < 3; second += 1) {
      await expect(
        harness.admin.query('SELECT pg_advisory_lock(1)'),
      ).rejects.toMatchObject({ code: '53200' });
      await sleep(1_000);
    }
  });

  it('are ended, and neighbours work again in the time that is promised', async () => {
    const victim = await login(neighbour);
    watch();
    await isWatched();
    const attacker = await login(hostile);
    const filling = await fill(attacker);
    const took = await untilItWorks(victim);
    expect(filling + took).toBeLessThan(PROMISED_MS);
    expect(await locksOf(hostile)).toBe(0);
    expect(incidents).toEqual([
      {
        externalName: hostile.externalName,
        message: expect.stringMatching(
          new RegExp(
            `^A session of ${hostile.externalName}_a held \\d+ locks and was ended: all databases of the server share ${PLACES}\\.`,
          ),
        ),
        isRepeated: false,
      },
    ]);
  });

  /** Fills the table again and again, until it was reported as repeated. */
  const fillUntilRepeated = async (user?: string) => {
    const victim = await login(neighbour);
    const started = Date.now();
    while (!incidents.some(each => each.isRepeated)) {
      expect(Date.now() - started).toBeLessThan(30_000);
      await untilItWorks(victim);
      await fill(await login(hostile, user));
    }
    expect(await untilItWorks(victim)).toBeLessThan(PROMISED_MS);
    return Date.now() - started;
  };

  it('are reported as repeated when they come back', async () => {
    watch();
    await isWatched();
    // Each offence lasts five seconds, however often they come meanwhile.
    expect(await fillUntilRepeated()).toBeGreaterThan(9_000);
    expect(incidents.map(each => each.isRepeated)).toEqual([false, true]);
    expect(incidents[1].message).toContain('the 3. time in ten minutes');
  });

  it('are told apart by whose login it is', async () => {
    watch();
    await isWatched();
    const loginId = randomUUID();
    const { username } = await harness.provider.credentials.personal.grant(
      hostile,
      {
        loginId,
        person: 'user:default/mallory',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 3_600_000),
        password,
      },
      context(),
    );
    await fillUntilRepeated(username);
    const { externalName } = hostile;
    expect(incidents).toMatchObject([
      { externalName, loginId, isRepeated: false },
      { externalName, loginId, isRepeated: true },
    ]);
    // The application did nothing so far: it is its first time.
    const victim = await login(neighbour);
    await fill(await login(hostile));
    await untilItWorks(victim);
    expect(incidents.slice(2)).toEqual([
      {
        externalName,
        message: expect.stringMatching(/^A session of hostile_\w+_a held/),
        isRepeated: false,
      },
    ]);
    await harness.provider.credentials.personal.revoke(
      hostile,
      loginId,
      context(),
    );
  });

  it('count once for a session that cannot be stopped at once', async () => {
    watch({ suspendAfter: 2 });
    await isWatched();
    const attacker = await login(hostile);
    const bystander = await login(hostile);
    await bystander.query('SELECT pg_advisory_lock(-1)');
    const started = Date.now();
    const busy = attacker.query(
      `SELECT pg_advisory_lock(g) FROM generate_series(1, 1500) g;
       SELECT xpath('count(//*[count(//*[count(//*) > 0]) > 0])', ('<a>' || repeat('<b/>', 1000) || '</a>')::xml)`,
    );
    await expect(busy).rejects.toThrow('terminating connection');
    // It outlasted many looks, and the time after which it would have been another offence.
    expect(Date.now() - started).toBeGreaterThan(5_500);
    await sleep(1_500);
    expect(incidents).toMatchObject([{ isRepeated: false }]);
    // Nobody was ended in its place.
    await bystander.query('SELECT 1');
  });

  it('are ended also when each of their sessions holds little', async () => {
    const bystander = await login(neighbour);
    watch();
    await isWatched();
    const sessions = await Promise.all(
      Array.from({ length: 9 }, () => login(hostile)),
    );
    const rounds = sessions.map((client, index) =>
      client.query(
        'SELECT pg_advisory_lock(g) FROM generate_series($1::int, $2::int) g',
        [index * 1_000, index * 1_000 + 400],
      ),
    );
    await Promise.allSettled(rounds);
    const started = Date.now();
    while ((await locksOf(hostile)) > PLACES / 4) {
      expect(Date.now() - started).toBeLessThan(PROMISED_MS);
      await sleep(50);
    }
    expect(incidents).toHaveLength(1);
    await bystander.query('SELECT 1');
    // Only as many as it took.
    expect(await locksOf(hostile)).toBeGreaterThan(PLACES / 4 - 402);
  });

  it('are told from who makes many tables in one transaction', async () => {
    watch();
    await isWatched();
    const honest = await login(neighbour);
    await honest.query('BEGIN');
    await honest.query(
      `DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE honest_%s (id int PRIMARY KEY)', i); END LOOP; END $$`,
    );
    expect(await locksOf(neighbour)).toBeGreaterThan(400);
    await sleep(3_000);
    await honest.query('ROLLBACK');
    expect(incidents).toEqual([]);
  });

  it('are told from who works in serializable transactions, whatever a neighbour holds open', async () => {
    watch();
    await isWatched();
    const attacker = await login(hostile);
    await attacker.query('CREATE TABLE IF NOT EXISTS mine (i int)');
    // While it is open, Postgres keeps what every serializable transaction that began after it has read.
    await attacker.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await attacker.query('INSERT INTO mine VALUES (1)');
    const victim = await login(neighbour);
    await victim.query(
      `CREATE TABLE things AS SELECT g AS id, repeat('x', 500) AS x FROM generate_series(1, 20000) g`,
    );
    await victim.query('ALTER TABLE things ADD PRIMARY KEY (id)');
    await victim.query('ANALYZE things');
    const predicateLocks = async () =>
      (
        await harness.admin.query(
          `SELECT count(*)::int AS n FROM pg_locks WHERE mode = 'SIReadLock'`,
        )
      ).rows[0].n;
    for (let round = 0; round < 600; round += 1) {
      await victim.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      for (let read = 0; read < 4; read += 1) {
        await victim.query('SELECT x FROM things WHERE id = $1', [
          1 + ((round * 37 + read * 4_999) % 20_000),
        ]);
      }
      await victim.query('UPDATE things SET x = x WHERE id = $1', [round + 1]);
      await victim.query('COMMIT');
    }
    expect(await predicateLocks()).toBeGreaterThan(PLACES / 4);
    await sleep(2_500);
    await victim.query('SELECT 1');
    await attacker.query('ROLLBACK');
    await victim.query('DROP TABLE things');
    expect(incidents).toEqual([]);
  });

  it('by several databases of one owner have none of a neighbour ended', async () => {
    await harness.provider.nameOwner(
      neighbour,
      'group:default/team-payments',
      context(),
    );
    const attackers = [hostile, ...accomplices];
    watch({ suspendAfter: 1 });
    await isWatched();
    // Whose the databases are is read while there is room.
    await sleep(1_500);
    const victim = await login(neighbour);
    await take(victim, 950);
    const sessions = await Promise.all(attackers.map(each => login(each)));
    // None holds more than a quarter, and all together more than three.
    await Promise.all(sessions.map(each => take(each, 900)));
    const started = Date.now();
    while (incidents.length === 0) {
      expect(Date.now() - started).toBeLessThan(PROMISED_MS);
      await sleep(50);
    }
    await sleep(1_500);
    await victim.query('SELECT 1');
    expect(incidents).toEqual([
      {
        externalName: expect.stringMatching(/^(hostile|accomplice)/),
        message: expect.stringMatching(
          /and these were nearly all taken. The database held no more than it may, and this does not count against it\.$/,
        ),
        isRepeated: false,
      },
    ]);
  });

  it('are watched by one replica, and by the next when it has gone', async () => {
    watch();
    await isWatched();
    const first = providers[0];
    watch();
    await sleep(1_500);
    await first.close();
    await harness.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN
         (SELECT pid FROM pg_stat_activity WHERE usename = 'provisioner' AND datname = 'postgres')`,
    );
    const victim = await login(neighbour);
    await isWatched();
    await fill(await login(hostile));
    expect(await untilItWorks(victim)).toBeLessThan(PROMISED_MS);
    expect(incidents).toHaveLength(1);
  });

  it('are watched without keeping anything from vacuum or from who rewrites a system table', async () => {
    watch();
    await isWatched();
    const { rows } = await harness.admin.query(
      `SELECT state, backend_xmin FROM pg_stat_activity WHERE usename = 'provisioner' AND state = 'idle in transaction'`,
    );
    expect(rows).toEqual([
      { state: 'idle in transaction', backend_xmin: null },
    ]);
    await harness.admin.query(`SET statement_timeout TO '10s'`);
    await harness.admin.query('VACUUM FULL pg_database');
    await harness.admin.query('RESET statement_timeout');
    await isWatched();
  });
});
