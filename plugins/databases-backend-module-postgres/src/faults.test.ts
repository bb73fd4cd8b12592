import { randomUUID } from 'node:crypto';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import { Client } from 'pg';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';

const impatient = { connect: 500, statement: 1_000, lengthy: 1_000, lock: 500 };

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('faults of the server', () => {
  let harness: PostgresHarness;
  const providers: PostgresDatabaseProvider[] = [];
  const servers: Server[] = [];

  const providerAt = (
    port: number,
    options: { password?: string; timeouts?: typeof impatient } = {},
  ) => {
    const { connection } = harness.config;
    const provider = PostgresDatabaseProvider.create(
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

  const order = (name = 'orders-db') => {
    const id = randomUUID();
    return {
      target: { id, externalName: harness.provider.externalName({ id, name }) },
      spec: harness.spec(name),
    };
  };
  const context = (fence = 1n) => ({ idempotencyKey: randomUUID(), fence });

  const ensureAll = async (
    provider: PostgresDatabaseProvider,
    request: ReturnType<typeof order>,
    fence = 1n,
  ) => {
    for (const step of provider.steps()) {
      await provider.ensure(step.id, request, context(fence));
    }
  };

  /** A server before the server, that can stop passing bytes on. */
  async function startProxy(
    onData: (data: Buffer, sockets: { near: Socket; far: Socket }) => boolean,
  ): Promise<number> {
    const proxy = createServer(near => {
      const far = new Socket();
      far.connect(harness.postgres.port, '127.0.0.1');
      near.on('data', data => {
        if (onData(data, { near, far })) {
          far.write(data);
        }
      });
      far.on('data', data => near.write(data));
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    servers.push(proxy);
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
    return (proxy.address() as AddressInfo).port;
  }

  beforeAll(async () => {
    harness = await startHarness({
      max_connections: '20',
      reserved_connections: '4',
      superuser_reserved_connections: '2',
    });
  }, 60_000);

  afterEach(async () => {
    await Promise.all(providers.splice(0).map(provider => provider.close()));
    servers.splice(0).forEach(server => server.close());
  });

  afterAll(() => harness?.stop(), 60_000);

  it('down: says so, and that trying later may help', async () => {
    const provider = providerAt(1);
    await expect(
      provider.ensure('create-roles', order(), context()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared Postgres does not answer',
    });
    await expect(provider.listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
    });
  });

  it('silent: gives up in time', async () => {
    const port = await startProxy(() => false);
    const started = Date.now();
    const provider = providerAt(port, { timeouts: impatient });
    await expect(provider.listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared Postgres does not answer',
    });
    expect(Date.now() - started).toBeLessThan(4_500);
  });

  it('wrong password of the platform: says what to mend, without the password', async () => {
    const provider = providerAt(harness.postgres.port, {
      password: 'wrong-password',
    });
    const failure = await provider.listOwned().catch(error => error);
    expect(failure).toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('databases.providers.postgres'),
    });
    expect(JSON.stringify(failure) + failure.stack).not.toContain(
      'wrong-password',
    );
  });

  it('full of tenants: works by the connections reserved for it, and says when those are gone', async () => {
    await harness.admin.query(`CREATE ROLE crowd LOGIN PASSWORD 'x'`);
    await harness.admin.query(`GRANT CONNECT ON DATABASE postgres TO crowd`);
    const request = order();
    const { user, password } = harness.config.connection;
    const sessions: Client[] = [];
    try {
      await expect(
        (async () => {
          for (;;) {
            sessions.push(await login('crowd', 'x'));
          }
        })(),
      ).rejects.toMatchObject({ code: '53300' });
      await ensureAll(harness.provider, request);
      await expect(
        harness.provider.observe(request.target),
      ).resolves.toMatchObject({ status: 'present' });

      await expect(
        (async () => {
          for (;;) {
            sessions.push(await login(user, password));
          }
        })(),
      ).rejects.toMatchObject({ code: '53300' });
      await expect(
        providerAt(harness.postgres.port).listOwned(),
      ).rejects.toMatchObject({
        name: 'RetryableError',
        message: 'Shared Postgres has no connection left',
      });
    } finally {
      await Promise.all(sessions.map(session => session.end()));
    }
    await harness.provider.destroy(request.target, context(2n));
    await harness.admin.query('DROP OWNED BY crowd');
    await harness.admin.query('DROP ROLE crowd');
  });

  it('slow: a statement that takes too long is stopped and may be tried again', async () => {
    const request = order();
    const provider = providerAt(harness.postgres.port, {
      timeouts: impatient,
    });
    const blocker = await harness.postgres.admin();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE');
    const busy = provider.ensure('create-roles', request, context());
    await expect(busy).rejects.toMatchObject({ name: 'RetryableError' });
    await blocker.query('ROLLBACK');
    await ensureAll(harness.provider, request);
    await harness.provider.destroy(request.target, context(2n));
  });

  it('the same database worked on by another: waits, then says so', async () => {
    const request = order();
    const blocker = await harness.postgres.admin();
    await blocker.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [
      `slipway:${request.target.id}`,
    ]);
    await expect(
      providerAt(harness.postgres.port, { timeouts: impatient }).ensure(
        'create-roles',
        request,
        context(),
      ),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('busy'),
    });
    await blocker.end();
  });

  it.each([
    ['create-roles', 'COMMIT'],
    ['create-database', 'CREATE DATABASE'],
    ['create-database', 'COMMENT ON DATABASE'],
    ['isolate', 'COMMIT'],
    ['prepare-schema', 'COMMIT'],
    ['destroy', 'DROP DATABASE'],
    ['destroy', 'COMMIT'],
  ])(
    'answer lost in %s at %s: ambiguous, and doing it again ends well',
    async (step, statement) => {
      let armed = true;
      const port = await startProxy((data, { near, far }) => {
        if (!armed || !data.includes(statement)) {
          return true;
        }
        armed = false;
        far.write(data);
        // The server gets it; the answer never arrives.
        far.removeAllListeners('data');
        setTimeout(() => near.destroy(), 300);
        return false;
      });
      const before = await harness.inventory();
      const request = order();
      const run = async (provider: PostgresDatabaseProvider, fence: bigint) => {
        await ensureAll(provider, request, fence);
        if (step === 'destroy') {
          await provider.destroy(request.target, context(fence));
        }
      };
      await expect(run(providerAt(port), 1n)).rejects.toMatchObject({
        name: 'AmbiguousError',
        message: 'The connection to Shared Postgres was lost meanwhile',
      });
      expect(armed).toBe(false);

      if (step !== 'destroy') {
        await run(harness.provider, 2n);
      }
      const seen = await harness.provider.observe(request.target, request);
      expect(seen.status === 'present').toBe(step !== 'destroy');
      await harness.provider.destroy(request.target, context(3n));
      expect(await harness.inventory()).toEqual(before);
    },
  );

  it('a server that stops and comes back is used again', async () => {
    const provider = providerAt(harness.postgres.port);
    await provider.listOwned();
    await harness.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'provisioner'`,
    );
    await new Promise(resolve => setTimeout(resolve, 200));
    await expect(provider.listOwned()).resolves.toEqual(expect.any(Array));
  });

  it('killed under way: clear errors', async () => {
    const provider = providerAt(harness.postgres.port);
    const runs = Array.from({ length: 8 }, () => ensureAll(provider, order()));
    const ends = Promise.allSettled(runs);
    await new Promise(resolve => setTimeout(resolve, 150));
    await harness.postgres.kill();
    const names = (await ends).map(end =>
      end.status === 'rejected' ? end.reason.name : 'done',
    );
    expect(names.filter(name => name !== 'done')).not.toEqual([]);
    expect(
      names.filter(
        name => !['done', 'RetryableError', 'AmbiguousError'].includes(name),
      ),
    ).toEqual([]);
  });

  async function login(user: string, password: string) {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database: 'postgres',
    });
    client.on('error', () => {
      // The server was stopped.
    });
    await client.connect();
    return client;
  }
});
