import { FaultyLine } from '@slipway/plugin-databases-node/testUtils';
import {
  connect,
  MariaDbHarness,
  startHarness,
} from './__testUtils__/startHarness';
import {
  context,
  ensureAll,
  grant,
  newPassword,
  order,
  provision,
} from './__testUtils__/tenants';
import { bootstrapServer } from './bootstrapServer';
import { MariaDbDatabaseProvider } from './MariaDbDatabaseProvider';

const impatient = { connect: 500, statement: 1_000, lock: 500 };

// Real servers on a busy machine take their time.
jest.setTimeout(180_000);

describe('faults of the server', () => {
  let harness: MariaDbHarness;
  let line: FaultyLine;
  const providers: MariaDbDatabaseProvider[] = [];

  const providerAt = (
    port: number,
    options: { password?: string; timeouts?: typeof impatient } = {},
  ) => {
    const { connection } = harness.config;
    const provider = MariaDbDatabaseProvider.create(
      {
        ...harness.config,
        connection: {
          ...connection,
          port,
          password: options.password ?? connection.password,
        },
      },
      options.timeouts,
    );
    providers.push(provider);
    return provider;
  };

  beforeAll(async () => {
    harness = await startHarness({ 'max-connections': '20' });
    line = await FaultyLine.start({
      host: '127.0.0.1',
      port: harness.mariaDb.port,
    });
  }, 60_000);

  afterEach(async () => {
    line.restore();
    await Promise.all(providers.splice(0).map(provider => provider.close()));
  });

  afterAll(async () => {
    await line?.close();
    await harness?.stop();
  }, 60_000);

  it('down: says so, and that trying later may help', async () => {
    const provider = providerAt(1);
    await expect(
      provider.ensure('create-database', order(harness), context()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared MariaDB does not answer',
      nothingSent: true,
    });
  });

  it('silent: gives up in time', async () => {
    line.hang();
    const provider = providerAt(line.port, { timeouts: impatient });
    await expect(provider.listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared MariaDB does not answer',
    });
  });

  it('wrong password of the platform: says what to mend, without the password', async () => {
    const provider = providerAt(harness.mariaDb.port, {
      password: 'wrong-password',
    });
    const error = await provider.listOwned().catch(thrown => thrown);
    expect(error).toMatchObject({ name: 'TerminalError' });
    expect(error.message).toContain('databases.providers.mariadb');
    expect(error.message).not.toContain('wrong-password');
  });

  it('read-only: tries later', async () => {
    const request = order(harness);
    await harness.admin.query('SET GLOBAL read_only = 1');
    try {
      await expect(
        harness.provider.ensure('create-database', request, context()),
      ).rejects.toMatchObject({
        name: 'RetryableError',
        message: 'Shared MariaDB takes no changes now: it is read-only',
      });
    } finally {
      await harness.admin.query('SET GLOBAL read_only = 0');
    }
    await ensureAll(harness.provider, request);
  });

  it('out of connections: the platform still has one; when that is taken, it tries later', async () => {
    const tenants = [await provision(harness), await provision(harness)];
    await harness.provider.close();
    const [one, other] = [harness.mariaDb.port, harness.mariaDb.port].map(
      port => providerAt(port),
    );
    const sessions = [];
    try {
      for (let i = 0; i < 20; i++) {
        sessions.push(await connect(tenants[i % 2].login));
      }
    } catch {
      // Full.
    }
    try {
      expect(await one.listOwned()).not.toEqual([]);
      await expect(other.listOwned()).rejects.toMatchObject({
        name: 'RetryableError',
        message: 'Shared MariaDB has no connection left',
      });
    } finally {
      await Promise.all(sessions.map(session => session.close()));
      harness.provider = MariaDbDatabaseProvider.create(harness.config);
    }
  });

  it('killed and started again: goes on', async () => {
    const request = await provision(harness);
    const session = await connect(request.login);
    await session.write('order-1', 'two tents');
    await harness.mariaDb.kill();
    await expect(
      harness.provider.observe(request.target),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    await harness.mariaDb.start();
    harness.admin = await harness.mariaDb.admin();
    await expect(
      harness.provider.observe(request.target, { spec: request.spec }),
    ).resolves.toMatchObject({ status: 'present', drift: [] });
    const again = await connect(request.login);
    expect(await again.read('order-1')).toBe('two tents');
  });

  it('a call that nobody waits for any more is stopped on the server', async () => {
    const request = await provision(harness);
    const blocker = await harness.mariaDb.admin();
    await blocker.query('LOCK TABLES slipway.tenants WRITE');
    const abort = new AbortController();
    const waiting = harness.provider.suspend(request.target, {
      ...context(),
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 300);
    await expect(waiting).rejects.toMatchObject({
      name: expect.stringMatching(/RetryableError|AmbiguousError/),
    });
    await blocker.query('UNLOCK TABLES');
    const seen = await harness.provider.observe(request.target);
    expect(seen.suspended).toBe(false);
  });

  // Every piece takes two minutes; which ones are tried differs in the two.
  it.each([
    [true, 0, 5],
    [false, 2, 5],
  ])(
    'lost while something is sent (which arrived: %s): done again, it ends in the same, and nothing remains in the end',
    async (delivered, first, each) => {
      const [before] = await harness.admin.query(
        'SELECT User, Host FROM mysql.global_priv ORDER BY User, Host',
      );
      let cuts = 0;
      const outcomes = new Set<string>();
      for (let at = first; ; at += each) {
        const request = order(harness);
        const { target } = request;
        const password = newPassword();
        const login = {
          loginId: request.target.id,
          person: 'user:default/nora.lind',
          access: 'schema' as const,
          expiresAt: new Date(Date.now() + 3_600_000),
          password,
        };
        // A line of its own each time: sessions that are kept would hide the first pieces.
        const provider = providerAt(line.port, { timeouts: impatient });
        const { credentials } = provider;
        const life = [
          ...provider.steps().map(
            ({ id }) =>
              () =>
                provider.ensure(id, request, context()),
          ),
          () => credentials.stage(target, { slot: 'a', password }, context()),
          () => credentials.activate(target, 'a', context()),
          () => credentials.personal.grant(target, login, context()),
          () => credentials.stage(target, { slot: 'b', password }, context()),
          () => credentials.activate(target, 'b', context()),
          () => credentials.retire(target, 'a', context()),
          () => provider.suspend(target, context()),
          () => provider.resume(target, context()),
          () => provider.destroy(target, context()),
        ];
        line.cutAt(at, { delivered });
        for (const work of life) {
          try {
            await work();
          } catch (error) {
            outcomes.add((error as Error).name);
            line.restore();
            await work();
          }
        }
        const wasCut = line.tripped;
        line.restore();
        await expect(harness.provider.observe(target)).resolves.toMatchObject({
          status: 'absent',
        });
        if (!wasCut) {
          break;
        }
        cuts += 1;
      }
      expect(cuts).toBeGreaterThan(25);
      expect([...outcomes].sort()).toEqual([
        'AmbiguousError',
        'RetryableError',
      ]);
      const [after] = await harness.admin.query(
        'SELECT User, Host FROM mysql.global_priv ORDER BY User, Host',
      );
      expect(after).toEqual(before);
      const [left] = await harness.admin.query('SHOW EVENTS FROM slipway');
      expect(left).toEqual([]);
    },
  );

  it('a server that cannot keep tenants apart: refused with what to do, and nothing is made', async () => {
    const { admin } = harness;
    const unfit: Array<[string, string, RegExp]> = [
      [
        `SET GLOBAL event_scheduler = OFF`,
        `SET GLOBAL event_scheduler = ON`,
        /Set event_scheduler=ON/,
      ],
      [`CREATE USER ''@'%'`, `DROP USER ''@'%'`, /logins without a name/],
      [
        'GRANT SELECT ON test_things.* TO PUBLIC',
        'REVOKE SELECT ON test_things.* FROM PUBLIC',
        /Everybody has SELECT ON `test_things`\.\*\. Revoke/,
      ],
      [
        'GRANT SELECT ON *.* TO PUBLIC',
        'REVOKE SELECT ON *.* FROM PUBLIC',
        /Everybody has SELECT ON \*\.\*\. Revoke/,
      ],
      [
        'GRANT PROCESS ON *.* TO PUBLIC',
        'REVOKE PROCESS ON *.* FROM PUBLIC',
        /Everybody has PROCESS ON \*\.\*\. Revoke/,
      ],
      [
        'GRANT SELECT ON slipway.tenants TO PUBLIC',
        'REVOKE SELECT ON slipway.tenants FROM PUBLIC',
        /Everybody has SELECT ON `slipway`\.`tenants`\. Revoke/,
      ],
    ];
    for (const [spoil, mend, message] of unfit) {
      const request = order(harness);
      await admin.query(spoil);
      try {
        const before = await harness.inventory();
        await expect(
          harness.provider.ensure('create-database', request, context()),
        ).rejects.toMatchObject({
          name: 'TerminalError',
          message: expect.stringMatching(message),
        });
        await expect(
          bootstrapServer(admin, { provisioner: 'another', password: 'x' }),
        ).rejects.toThrow(message);
        expect(await harness.inventory()).toEqual(before);
      } finally {
        await admin.query(mend);
      }
    }
  });

  it('a server that puts the files of tables where tenants say: refused with what to do', async () => {
    const { mariaDb, provider } = harness;
    const { target, spec } = order(harness);
    const before = await provision(harness);
    await mariaDb.kill();
    await mariaDb.start({ 'symbolic-links': '1' });
    harness.admin = await mariaDb.admin();
    try {
      const message = /DATA DIRECTORY.*Set symbolic-links=0/;
      await expect(
        provider.ensure('create-database', { target, spec }, context()),
      ).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringMatching(message),
      });
      await expect(
        bootstrapServer(harness.admin, {
          provisioner: 'another',
          password: 'x',
        }),
      ).rejects.toThrow(message);
      await expect(provider.observe(target)).resolves.toMatchObject({
        status: 'absent',
      });
      // What is there already is not mended the less.
      await ensureAll(provider, before);
    } finally {
      await mariaDb.kill();
      await mariaDb.start();
      harness.admin = await mariaDb.admin();
    }
  });

  it('a person’s name that is taken on the server: left as it is', async () => {
    const { target } = await provision(harness);
    const { username, loginId } = await grant(harness, target, 'read-only');
    const { personal } = harness.provider.credentials;
    await personal.revoke(target, loginId, context());
    await harness.admin.query(`CREATE USER '${username}'@'%'`);
    const before = await harness.inventory();
    await expect(
      personal.grant(
        target,
        {
          loginId,
          person: 'user:default/nora.lind',
          access: 'read-only',
          expiresAt: new Date(Date.now() + 60_000),
          password: newPassword(),
        },
        context(),
      ),
    ).rejects.toMatchObject({ name: 'TerminalError' });
    // The fence has moved, and nothing else.
    const withoutFence = (lines: string[]) =>
      lines.filter(text => !text.startsWith('tenant'));
    expect(withoutFence(await harness.inventory())).toEqual(
      withoutFence(before),
    );
    await harness.admin.query(`DROP USER '${username}'@'%'`);
  });
});
