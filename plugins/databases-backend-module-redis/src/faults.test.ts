import fs from 'node:fs/promises';
import path from 'node:path';
import { FaultyLine } from '@slipway/plugin-databases-node/testUtils';
import {
  connect,
  RedisHarness,
  startHarness,
} from './__testUtils__/startHarness';
import { newRedisClient, startRedis } from './__testUtils__/startRedis';
import {
  context,
  ensureAll,
  grant,
  newPassword,
  order,
  outcomeOf,
  provision,
} from './__testUtils__/tenants';
import { bootstrapServer } from './bootstrapServer';
import { RedisDatabaseProvider } from './RedisDatabaseProvider';
import { RedisServer } from './RedisServer';
import { change } from './tenant';
import { endForgotten } from './watch/endForgotten';

const impatient = { connect: 500, command: 1_000 };

// Real servers on a busy machine take their time.
jest.setTimeout(180_000);

describe('faults of the server', () => {
  let harness: RedisHarness;
  let line: FaultyLine;
  const providers: RedisDatabaseProvider[] = [];

  const providerAt = (
    port: number,
    options: { password?: string; timeouts?: typeof impatient } = {},
  ) => {
    const { connection } = harness.config;
    const provider = RedisDatabaseProvider.create(
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

  const set = (name: string, value: string) =>
    harness.admin.sendCommand(['CONFIG', 'SET', name, value]);

  beforeAll(async () => {
    harness = await startHarness({ maxclients: '20' });
    line = await FaultyLine.start({
      host: '127.0.0.1',
      port: harness.redis.port,
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
      message: 'Shared Redis does not answer',
      nothingSent: true,
    });
  });

  it('silent: gives up in time, whether it was silent from the beginning or later', async () => {
    const provider = providerAt(line.port, { timeouts: impatient });
    line.hang();
    await expect(provider.listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared Redis does not answer',
    });
    line.restore();
    const request = order(harness);
    await ensureAll(provider, request);
    line.hang();
    await expect(
      provider.suspend(request.target, context()),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    line.restore();
    await provider.suspend(request.target, context());
  });

  it('a call that nobody waits for any more changes nothing', async () => {
    const { target } = await provision(harness);
    await harness.admin.sendCommand(['CLIENT', 'PAUSE', '3000', 'ALL']);
    const abort = new AbortController();
    const waiting = harness.provider.suspend(target, {
      ...context(),
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 300);
    await expect(waiting).rejects.toMatchObject({ name: 'RetryableError' });
    expect((await harness.provider.observe(target)).suspended).toBe(false);
  });

  it('wrong password of the platform: says what to mend, without the password', async () => {
    const provider = providerAt(harness.redis.port, {
      password: 'wrong-password',
    });
    const error = await provider.listOwned().catch(thrown => thrown);
    expect(error).toMatchObject({ name: 'TerminalError' });
    expect(error.message).toContain('databases.providers.redis');
    expect(error.message).not.toContain('wrong-password');
  });

  it('out of memory: makes nothing, and still takes logins away and removes what fills it', async () => {
    const [one, two] = [await provision(harness), await provision(harness)];
    const person = await grant(harness, one.target, 'read-only');
    const session = await connect(one.login);
    const used = /used_memory:(\d+)/.exec(
      await harness.admin.info('memory'),
    )![1];
    await set('maxmemory', `${Number(used) + 1_000_000}`);
    const full = async () => {
      for (let i = 0; ; i++) {
        await session.write(`large-${i}`, 'x'.repeat(100_000));
      }
    };
    expect(await outcomeOf(full())).toBe('refused OOM');
    await set('maxmemory', '1');
    try {
      const { provider } = harness;
      const { credentials } = provider;
      await credentials.personal.revoke(one.target, person.loginId, context());
      await provider.suspend(two.target, context());
      expect(await outcomeOf(connect(two.login))).toBe('refused WRONGPASS');
      await credentials.revokeAll(one.target, context());
      expect(await session.isAlive()).toBe(false);
      await provider.destroy(one.target, context());
      await expect(provider.observe(one.target)).resolves.toMatchObject({
        status: 'absent',
      });
    } finally {
      await set('maxmemory', '64mb');
    }
  });

  it('a disk that takes no users: says so, and does it again', async () => {
    const request = await provision(harness);
    const users = path.join(harness.redis.directory, 'users.acl');
    const password = newPassword();
    const stage = () =>
      harness.provider.credentials.stage(
        request.target,
        { slot: 'b', password },
        context(),
      );
    // What it writes beside cannot take the place of a folder.
    await fs.rename(users, `${users}.aside`);
    await fs.mkdir(users);
    try {
      await expect(stage()).rejects.toMatchObject({
        name: 'RetryableError',
        message:
          'Shared Redis cannot write its users to its disk, and would forget them',
      });
    } finally {
      await fs.rmdir(users);
      await fs.rename(`${users}.aside`, users);
    }
    const login = await stage();
    await harness.redis.kill();
    await harness.redis.start();
    harness.admin = await harness.redis.admin();
    await connect({ ...login, password });
  });

  it('a disk that takes no data: lets nobody in whose logins are taken away, and does the rest when it is mended', async () => {
    const { target, login } = await provision(harness);
    const person = await grant(harness, target, 'read-only');
    const sessions = [await connect(login), await connect(person)];
    const revoke = () =>
      harness.provider.credentials.revokeAll(target, context());
    // A snapshot cannot take the place of a folder.
    const snapshot = path.join(harness.redis.directory, 'dump.rdb');
    await fs.mkdir(snapshot);
    await set('save', '3600 1');
    await harness.admin.sendCommand(['BGSAVE']);
    const end = Date.now() + 10_000;
    while (
      !/bgsave_status:err/.test(await harness.admin.info('persistence')) &&
      Date.now() < end
    ) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    try {
      await expect(revoke()).rejects.toMatchObject({
        name: 'RetryableError',
        message:
          'Shared Redis takes no changes now: it cannot write to its disk',
      });
      for (const session of sessions) {
        expect(await session.isAlive()).toBe(false);
      }
      for (const taken of [login, person]) {
        expect(await outcomeOf(connect(taken))).toBe('refused WRONGPASS');
      }
    } finally {
      await set('save', '');
      await fs.rmdir(snapshot);
    }
    await revoke();
    const seen = await harness.provider.observe(target);
    expect(seen.personalLogins).toEqual([]);
  });

  it('out of connections: tries later, and goes on with those that it has', async () => {
    const { login } = await provision(harness);
    await harness.provider.close();
    const one = providerAt(harness.redis.port);
    await one.listOwned();
    const sessions = [];
    try {
      for (let i = 0; i < 20; i++) {
        sessions.push(await connect(login));
      }
    } catch {
      // Full.
    }
    try {
      expect(await one.listOwned()).not.toEqual([]);
      await expect(
        providerAt(harness.redis.port).listOwned(),
      ).rejects.toMatchObject({
        name: 'RetryableError',
        message: 'Shared Redis has no connection left',
      });
    } finally {
      await Promise.all(sessions.map(session => session.close()));
    }
  });

  it('killed and started again: keeps users, registry and data', async () => {
    const request = await provision(harness);
    const person = await grant(harness, request.target, 'read-only');
    const session = await connect(request.login);
    // Otherwise the last seconds may go.
    await set('appendfsync', 'always');
    await session.write('order-1', 'two tents');
    const before = await harness.inventory();
    await harness.redis.kill();
    await expect(
      harness.provider.observe(request.target),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    await harness.redis.start();
    harness.admin = await harness.redis.admin();
    // The rules of commands are written in another order.
    const withoutRules = (lines: string[]) =>
      lines.map(text => text.replace(/ -@all .*/, ''));
    expect(withoutRules(await harness.inventory())).toEqual(
      withoutRules(before),
    );
    await expect(
      harness.provider.observe(request.target, { spec: request.spec }),
    ).resolves.toMatchObject({ status: 'present', drift: [] });
    const again = await connect(request.login);
    expect(await again.read('order-1')).toBe('two tents');
    expect(await (await connect(person)).read('order-1')).toBe('two tents');
  });

  it('a power cut that took the last second of the registry: knows its logins by their mark, and goes on', async () => {
    const request = await provision(harness);
    const { target } = request;
    // As if only the users had reached the disk.
    await harness.admin.del([
      `slipway:tenant:${target.id}`,
      `slipway:name:${target.externalName}`,
    ]);
    await ensureAll(harness.provider, request);
    await expect(harness.provider.observe(target)).resolves.toMatchObject({
      status: 'present',
    });
    await harness.provider.destroy(target, context());
  });

  it('a power cut that took when a login ends: ends it', async () => {
    const { target } = await provision(harness);
    const login = await grant(harness, target, 'read-only');
    const other = await grant(harness, target, 'read-only');
    const session = await connect(login);
    await harness.admin.hDel(
      `slipway:tenant:${target.id}`,
      `login:${login.username}`,
    );
    const server = RedisServer.create(harness.config);
    await endForgotten(server);
    await server.close();
    expect(await session.isAlive()).toBe(false);
    expect(await outcomeOf(connect(login))).toBe('refused WRONGPASS');
    await connect(other);
  });

  it.each([true, false])(
    'lost while something is sent (which arrived: %s): done again, it ends in the same, and nothing remains in the end',
    async delivered => {
      const before = await harness.inventory();
      let cuts = 0;
      const outcomes = new Set<string>();
      for (let at = 0; ; at++) {
        const { target, spec } = order(harness);
        const password = newPassword();
        const login = {
          loginId: target.id,
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
                provider.ensure(id, { target, spec }, context()),
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
        await provider.close();
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
      expect(await harness.inventory()).toEqual(before);
    },
  );

  it('overtaken between looking and changing: does nothing', async () => {
    const { target } = await provision(harness);
    const server = RedisServer.create(harness.config);
    const late = change(
      server,
      target,
      { ...context(), fence: 49_999n },
      async () => {
        await harness.provider.adopt(target, { ...context(), fence: 50_000n });
        return { set: { owner: 'group:default/late' }, result: undefined };
      },
    );
    await expect(late).rejects.toMatchObject({ name: 'StaleFenceError' });
    expect(
      (await harness.provider.listOwned()).find(({ id }) => id === target.id),
    ).toMatchObject({ owner: 'group:default/team-orders', fence: 50_000n });
    await server.close();
  });

  it('many at once: the one with the highest fence has the last word', async () => {
    const { target } = await provision(harness);
    const fences = [60_001n, 60_002n, 60_003n, 60_004n, 60_005n, 60_006n];
    const outcomes = await Promise.allSettled(
      fences.map(fence =>
        fence % 2n === 0n
          ? harness.provider.suspend(target, { ...context(), fence })
          : harness.provider.resume(target, { ...context(), fence }),
      ),
    );
    expect(outcomes[5].status).toBe('fulfilled');
    const others = outcomes.flatMap(outcome =>
      outcome.status === 'rejected' ? [outcome.reason.name] : [],
    );
    expect(new Set([...others, 'StaleFenceError']).size).toBe(1);
    await expect(harness.provider.observe(target)).resolves.toMatchObject({
      suspended: true,
      fence: 60_006n,
    });
  });

  it.each([
    ['maxmemory', '0', '64mb', /Set maxmemory\./],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction', /volatile-/],
    ['appendonly', 'no', 'yes', /Set appendonly yes/],
    ['appendfsync', 'no', 'everysec', /Set appendonly yes/],
  ])(
    'a server with %s %s: refused with what to do, and nothing is made',
    async (name, bad, good, message) => {
      await set(name, bad);
      try {
        expect(await refusalOf()).toEqual(refused(message));
      } finally {
        await set(name, good);
      }
    },
  );

  it('a server with a user whom everybody may log in as: refused by name', async () => {
    await harness.admin.sendCommand([
      'ACL',
      'SETUSER',
      'guest',
      'on',
      'nopass',
    ]);
    try {
      expect(await refusalOf()).toEqual(
        refused(/without a password as "guest"/),
      );
    } finally {
      await harness.admin.sendCommand(['ACL', 'DELUSER', 'guest']);
    }
  });

  it('a server that is a replica: refused', async () => {
    await harness.admin.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    try {
      expect(await refusalOf()).toEqual(refused(/It is a replica/));
    } finally {
      await harness.admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    }
  });

  it.each([
    [{ aclfile: '' }, /Set aclfile/],
    [{ aclfile: '', 'cluster-enabled': 'yes' }, /cluster mode/],
  ])(
    'a server started with %j: refused, also while it lets everybody in',
    async (settings, message) => {
      const unfit = await startRedis({ ...settings });
      try {
        const open = newRedisClient({ port: unfit.port });
        await open.connect();
        await expect(
          bootstrapServer(
            { host: '127.0.0.1', port: unfit.port },
            { provisioner: 'another', password: 'x' },
          ),
        ).rejects.toThrow(message);
        expect(await open.sendCommand(['ACL', 'USERS'])).toEqual(['default']);
        open.destroy();
      } finally {
        await unfit.stop();
      }
    },
  );

  async function refusalOf() {
    const before = await harness.inventory();
    const [ordered, prepared] = await Promise.allSettled([
      harness.provider.ensure('create-database', order(harness), context()),
      bootstrapServer(
        {
          host: '127.0.0.1',
          port: harness.redis.port,
          password: harness.redis.password,
        },
        { provisioner: 'another', password: 'x' },
      ),
    ]);
    return {
      name: ordered.status === 'rejected' && ordered.reason.name,
      messages: [ordered, prepared].map(
        outcome => outcome.status === 'rejected' && outcome.reason.message,
      ),
      isUnchanged: before.join() === (await harness.inventory()).join(),
    };
  }

  function refused(message: RegExp) {
    return {
      name: 'TerminalError',
      messages: [
        expect.stringMatching(message),
        expect.stringMatching(message),
      ],
      isUnchanged: true,
    };
  }
});
