import { setTimeout as sleep } from 'node:timers/promises';
import { PLACES, useWatchedServer } from '../__testUtils__/useWatchedServer';

jest.setTimeout(120_000);

/** What docs/databases.md promises to neighbours. */
const PROMISED_MS = 5_000;

describe('tenants who fill the table of locks', () => {
  const server = useWatchedServer();
  const { isWatched, fill, locksOf, login, untilItWorks, watch } = server;

  it('hold up everybody while nobody watches', async () => {
    const client = await login(server.hostile);
    await fill(client);
    for (let second = 0; second < 3; second += 1) {
      await expect(
        server.harness.admin.query('SELECT pg_advisory_lock(1)'),
      ).rejects.toMatchObject({ code: '53200' });
      await sleep(1_000);
    }
  });

  it('are ended, and neighbours work again in the time that is promised', async () => {
    const victim = await login(server.neighbour);
    watch();
    await isWatched();
    const attacker = await login(server.hostile);
    const filling = await fill(attacker);
    const took = await untilItWorks(victim);
    expect(filling + took).toBeLessThan(PROMISED_MS);
    expect(await locksOf(server.hostile)).toBe(0);
    expect(server.incidents).toEqual([
      {
        externalName: server.hostile.externalName,
        message: expect.stringMatching(
          new RegExp(
            `^A session of ${server.hostile.externalName}_a held \\d+ locks and was ended: all databases of the server share ${PLACES}\\.`,
          ),
        ),
        isRepeated: false,
      },
    ]);
  });

  it('are told from who makes many tables in one transaction', async () => {
    watch();
    await isWatched();
    const honest = await login(server.neighbour);
    await honest.query('BEGIN');
    await honest.query(
      `DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE honest_%s (id int PRIMARY KEY)', i); END LOOP; END $$`,
    );
    expect(await locksOf(server.neighbour)).toBeGreaterThan(400);
    await sleep(3_000);
    await honest.query('ROLLBACK');
    expect(server.incidents).toEqual([]);
  });

  it('are told from who works in serializable transactions, whatever a neighbour holds open', async () => {
    watch();
    await isWatched();
    const attacker = await login(server.hostile);
    await attacker.query('CREATE TABLE IF NOT EXISTS mine (i int)');
    // While it is open, Postgres keeps what every serializable transaction that began after it has read.
    await attacker.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await attacker.query('INSERT INTO mine VALUES (1)');
    const victim = await login(server.neighbour);
    await victim.query(
      `CREATE TABLE things AS SELECT g AS id, repeat('x', 500) AS x FROM generate_series(1, 20000) g`,
    );
    await victim.query('ALTER TABLE things ADD PRIMARY KEY (id)');
    await victim.query('ANALYZE things');
    const predicateLocks = async () =>
      (
        await server.harness.admin.query(
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
    expect(server.incidents).toEqual([]);
  });

  it('are watched by one replica, and by the next when it has gone', async () => {
    watch();
    await isWatched();
    const first = server.providers[0];
    watch();
    await sleep(1_500);
    await first.close();
    await server.harness.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN
         (SELECT pid FROM pg_stat_activity WHERE usename = 'provisioner' AND datname = 'postgres')`,
    );
    const victim = await login(server.neighbour);
    await isWatched();
    await fill(await login(server.hostile));
    expect(await untilItWorks(victim)).toBeLessThan(PROMISED_MS);
    expect(server.incidents).toHaveLength(1);
  });

  it('are watched without keeping anything from vacuum or from who rewrites a system table', async () => {
    watch();
    await isWatched();
    const { rows } = await server.harness.admin.query(
      `SELECT state, backend_xmin FROM pg_stat_activity WHERE usename = 'provisioner' AND state = 'idle in transaction'`,
    );
    expect(rows).toEqual([
      { state: 'idle in transaction', backend_xmin: null },
    ]);
    await server.harness.admin.query(`SET statement_timeout TO '10s'`);
    await server.harness.admin.query('VACUUM FULL pg_database');
    await server.harness.admin.query('RESET statement_timeout');
    await isWatched();
  });
});
