import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { PLACES, useWatchedServer } from '../__testUtils__/useWatchedServer';

jest.setTimeout(120_000);

/** What docs/databases.md promises to neighbours. */
const PROMISED_MS = 5_000;

describe('tenants who fill the table of locks, each by what they did', () => {
  const server = useWatchedServer();
  const {
    context,
    isWatched,
    fill,
    locksOf,
    login,
    password,
    take,
    untilItWorks,
    watch,
  } = server;

  /** Fills the table again and again, until it was reported as repeated. */
  const fillUntilRepeated = async (user?: string) => {
    const victim = await login(server.neighbour);
    const started = Date.now();
    while (!server.incidents.some(each => each.isRepeated)) {
      expect(Date.now() - started).toBeLessThan(30_000);
      await untilItWorks(victim);
      await fill(await login(server.hostile, user));
    }
    expect(await untilItWorks(victim)).toBeLessThan(PROMISED_MS);
    return Date.now() - started;
  };

  it('are reported as repeated when they come back', async () => {
    watch();
    await isWatched();
    // Each offence lasts five seconds, however often they come meanwhile.
    expect(await fillUntilRepeated()).toBeGreaterThan(9_000);
    expect(server.incidents.map(each => each.isRepeated)).toEqual([
      false,
      true,
    ]);
    expect(server.incidents[1].message).toContain('the 3. time in ten minutes');
  });

  it('are told apart by whose login it is', async () => {
    watch();
    await isWatched();
    const { personal } = server.harness.provider.credentials;
    const grant = async (loginId: string) => {
      const expiresAt = new Date(Date.now() + 3_600_000);
      const { username } = await personal.grant(
        server.hostile,
        {
          loginId,
          person: 'user:default/mallory',
          access: 'read-only',
          expiresAt,
          password,
        },
        context(),
      );
      return username;
    };
    const loginId = randomUUID();
    await fillUntilRepeated(await grant(loginId));
    const { externalName } = server.hostile;
    expect(server.incidents).toMatchObject([
      { externalName, loginId, isRepeated: false },
      { externalName, loginId, isRepeated: true },
    ]);
    // The application did nothing so far: it is its first time.
    const victim = await login(server.neighbour);
    await fill(await login(server.hostile));
    await untilItWorks(victim);
    expect(server.incidents.slice(2)).toEqual([
      {
        externalName,
        message: expect.stringMatching(/^A session of hostile_\w+_a held/),
        isRepeated: false,
      },
    ]);
    await personal.revoke(server.hostile, loginId, context());

    // With another login the person does not begin anew.
    const another = randomUUID();
    const username = await grant(another);
    while (!server.incidents.some(each => each.loginId === another)) {
      await fill(await login(server.hostile, username));
      await untilItWorks(victim);
    }
    expect(server.incidents.at(-1)).toMatchObject({
      loginId: another,
      isRepeated: true,
    });
    await personal.revoke(server.hostile, another, context());
  });

  it('count once for a session that cannot be stopped at once', async () => {
    watch({ suspendAfter: 2 });
    await isWatched();
    const attacker = await login(server.hostile);
    const bystander = await login(server.hostile);
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
    expect(server.incidents).toMatchObject([{ isRepeated: false }]);
    // Nobody was ended in its place.
    await bystander.query('SELECT 1');
  });

  it('are ended also when each of their sessions holds little', async () => {
    const bystander = await login(server.neighbour);
    watch();
    await isWatched();
    const sessions = await Promise.all(
      Array.from({ length: 9 }, () => login(server.hostile)),
    );
    const rounds = sessions.map((client, index) =>
      client.query(
        'SELECT pg_advisory_lock(g) FROM generate_series($1::int, $2::int) g',
        [index * 1_000, index * 1_000 + 400],
      ),
    );
    await Promise.allSettled(rounds);
    const started = Date.now();
    while ((await locksOf(server.hostile)) > PLACES / 4) {
      expect(Date.now() - started).toBeLessThan(PROMISED_MS);
      await sleep(50);
    }
    expect(server.incidents).toHaveLength(1);
    await bystander.query('SELECT 1');
    // Only as many as it took.
    expect(await locksOf(server.hostile)).toBeGreaterThan(PLACES / 4 - 402);
  });

  it('by several databases of one owner have none of a neighbour ended', async () => {
    await server.harness.provider.nameOwner(
      server.neighbour,
      'group:default/team-payments',
      context(),
    );
    const attackers = [server.hostile, ...server.accomplices];
    watch({ suspendAfter: 1 });
    await isWatched();
    // Whose the databases are is read while there is room.
    await sleep(1_500);
    const victim = await login(server.neighbour);
    await take(victim, 950);
    const sessions = await Promise.all(attackers.map(each => login(each)));
    // None holds more than a quarter, and all together more than three.
    await Promise.all(sessions.map(each => take(each, 900)));
    const started = Date.now();
    while (server.incidents.length === 0) {
      expect(Date.now() - started).toBeLessThan(PROMISED_MS);
      await sleep(50);
    }
    await sleep(1_500);
    await victim.query('SELECT 1');
    expect(server.incidents).toEqual([
      {
        externalName: expect.stringMatching(/^(hostile|accomplice)/),
        message: expect.stringMatching(
          /and these were nearly all taken. The database held no more than it may, and this does not count against it\.$/,
        ),
        isRepeated: false,
      },
    ]);
  });
});
