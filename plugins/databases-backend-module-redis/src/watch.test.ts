import type { LoggerService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import type { DatabaseIncident } from '@slipway/plugin-databases-node';
import {
  connect,
  RedisHarness,
  startHarness,
} from './__testUtils__/startHarness';
import { context, grant, outcomeOf, provision } from './__testUtils__/tenants';
import { RedisServer } from './RedisServer';
import { RedisWatch } from './watch/RedisWatch';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('the watch of a shared Redis', () => {
  let harness: RedisHarness;
  let server: RedisServer;
  let abort: AbortController;
  let watching: Promise<unknown>;
  const incidents: DatabaseIncident[] = [];
  const logger: LoggerService = mockServices.logger.mock();

  beforeAll(async () => {
    harness = await startHarness();
    server = RedisServer.create(harness.config);
  }, 60_000);

  afterAll(async () => {
    await server?.close();
    await harness?.stop();
  }, 60_000);

  beforeEach(() => {
    abort = new AbortController();
    incidents.splice(0);
    // Two replicas.
    watching = Promise.all(
      [1, 2].map(() =>
        RedisWatch.create(server, {
          expiries: 20,
          connections: 20,
          usage: 100,
          reports: 3_600_000,
        }).run({
          signal: abort.signal,
          logger,
          report: async incident => void incidents.push(incident),
        }),
      ),
    );
  });

  afterEach(async () => {
    abort.abort();
    await watching;
  });

  it('ends a person’s login and sessions at its time, and no other', async () => {
    const { target, login } = await provision(harness);
    const soon = new Date(Date.now() + 1_500);
    const short = await grant(harness, target, 'read-only', soon);
    const long = await grant(harness, target, 'read-only');
    const [one, other, app] = [
      await connect(short),
      await connect(long),
      await connect(login),
    ];
    expect(await one.isAlive()).toBe(true);
    await until(async () => !(await one.isAlive()));
    expect(await outcomeOf(connect(short))).toBe('refused WRONGPASS');
    expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
    expect(await other.isAlive()).toBe(true);
    expect(await app.isAlive()).toBe(true);
    // The portal still has it to revoke.
    const seen = await harness.provider.observe(target);
    expect(seen.personalLogins.map(({ loginId }) => loginId)).toContain(
      short.loginId,
    );
    await harness.provider.credentials.personal.revoke(
      target,
      short.loginId,
      context(),
    );
    expect(await harness.admin.zRange('slipway:expiries', 0, -1)).toEqual([
      `${target.id} ${long.username}`,
    ]);
  });

  it('ends the newest connections of a login that has too many, and tells the owner once', async () => {
    const { target, login, spec } = await provision(harness);
    const { connectionLimit } = spec.limits;
    const sessions: Array<Awaited<ReturnType<typeof connect>> | undefined> = [];
    for (let i = 0; i < connectionLimit + 3; i++) {
      sessions.push(await connect(login).catch(() => undefined));
    }
    const alive = async () =>
      (
        await Promise.all(sessions.map(session => session?.isAlive() ?? false))
      ).filter(Boolean).length;
    await until(async () => (await alive()) === connectionLimit);
    expect(await sessions[0]?.isAlive()).toBe(true);
    await until(async () => incidents.length > 0);
    sessions.push(await connect(login).catch(() => undefined));
    await until(async () => (await alive()) === connectionLimit);
    expect(incidents).toEqual([
      {
        externalName: target.externalName,
        isRepeated: false,
        message: expect.stringMatching(
          /had 1[123] connections, of which it may have 10\./,
        ),
      },
    ]);
    await Promise.all(sessions.map(session => session?.close()));
  });

  it('measures what each database takes, and says when it is more than its size gives', async () => {
    const mine = await provision(harness);
    const theirs = await provision(harness, 'payments-db');
    const { client } = await connect(mine.login);
    const own = mine.target.externalName;
    for (let i = 0; i < 20; i++) {
      await client.set(`${own}:${i}`, 'x'.repeat(100_000));
    }
    const sizeOf = async ({ target }: typeof mine) =>
      (await harness.provider.observe(target)).sizeBytes ?? -1;
    await until(async () => (await sizeOf(mine)) > 2_000_000);
    expect(await sizeOf(mine)).toBeLessThan(4_000_000);
    expect(await sizeOf(theirs)).toBe(0);
    const spec = {
      ...mine.spec,
      limits: { ...mine.spec.limits, storageGiB: 0.001 },
    };
    const { drift } = await harness.provider.observe(mine.target, { spec });
    expect(drift).toEqual([
      expect.objectContaining({ what: 'storage', isForOwner: true }),
    ]);
  });

  it('says once that a server cannot be watched, and goes on when it can', async () => {
    jest.mocked(logger.warn).mockClear();
    const { target } = await provision(harness);
    await harness.redis.kill();
    await until(async () => jest.mocked(logger.warn).mock.calls.length > 1);
    await harness.redis.start();
    harness.admin = await harness.redis.admin();
    const soon = new Date(Date.now() + 300);
    const login = await grant(harness, target, 'read-only', soon);
    await until(
      async () => (await outcomeOf(connect(login))) === 'refused WRONGPASS',
    );
    expect(
      new Set(jest.mocked(logger.warn).mock.calls.map(([message]) => message))
        .size,
    ).toBeLessThan(4);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (await condition()) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('It did not come about in time');
}
