import { randomUUID } from 'node:crypto';
import { DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import {
  limits,
  PostgresHarness,
  startHarness,
} from './__testUtils__/startHarness';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('a database whose connections are all taken', () => {
  const context = freshContexts();
  const password = 'secret';
  let harness: PostgresHarness;
  let request: Awaited<ReturnType<typeof provisionTenant>>;
  let target: DatabaseTarget;
  let loginId: string;
  let person: Client;
  let application: Client[];

  const connect = async (user: string, options?: string) => {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database: target.externalName,
      options,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    await client.connect();
    return client;
  };
  const isAlive = (client: Client) =>
    client.query('SELECT 1').then(
      () => true,
      () => false,
    );
  const alive = async () =>
    (await Promise.all(application.map(isAlive))).filter(Boolean).length;
  /** Takes all places as the application, also the one of a person who has left. */
  const fill = async () => {
    await person.end();
    await expect(
      (async () => {
        for (;;) {
          application.push(await connect(`${target.externalName}_a`));
        }
      })(),
    ).rejects.toMatchObject({ code: '53300' });
    expect(application).toHaveLength(limits.connectionLimit);
  };

  beforeAll(async () => {
    harness = await startHarness();
  }, 60_000);
  afterAll(() => harness?.stop(), 60_000);

  beforeEach(async () => {
    request = await provisionTenant(harness, {
      name: 'orders-db',
      password,
      context,
    });
    target = request.target;
    loginId = randomUUID();
    const { username } = await harness.provider.credentials.personal.grant(
      target,
      {
        loginId,
        person: 'user:default/sam',
        access: 'schema',
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
    person = await connect(username);
    application = [];
  });
  afterEach(async () => {
    await Promise.all(application.map(client => client.end()));
    await harness.provider.destroy(target, context());
  });

  const personalLogins = async () =>
    (await harness.provider.observe(target, request)).personalLogins;

  it('is seen', async () => {
    await fill();
    await expect(
      harness.provider.observe(target, request),
    ).resolves.toMatchObject({ status: 'present', drift: [] });
  });

  it('is suspended: all sessions end at once', async () => {
    await fill();
    const started = Date.now();
    await harness.provider.suspend(target, context());
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await alive()).toBe(0);
    expect(await personalLogins()).toEqual([]);
  });

  it('is cut off also when what comes after fails', async () => {
    await fill();
    const admin = await harness.postgres.admin(target.externalName);
    await admin.query('BEGIN');
    await admin.query('LOCK TABLE pg_shdepend IN SHARE MODE');
    await expect(
      harness.provider.suspend(target, {
        ...context(),
        signal: AbortSignal.timeout(1_500),
      }),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    expect(await alive()).toBe(0);
    await admin.query('ROLLBACK');
    await admin.end();
    await harness.provider.suspend(target, context());
    expect(await personalLogins()).toEqual([]);
  });

  it('loses all its logins for good', async () => {
    await fill();
    await harness.provider.credentials.revokeAll(target, context());
    expect(await alive()).toBe(0);
    expect(await personalLogins()).toEqual([]);
  });

  it('takes one person’s login back, and leaves the application and the limit as they are', async () => {
    await fill();
    await harness.provider.credentials.personal.revoke(
      target,
      loginId,
      context(),
    );
    expect(await personalLogins()).toEqual([]);
    expect(await alive()).toBe(application.length);
    const { drift } = await harness.provider.observe(target, request);
    expect(drift).toEqual([]);
  });

  it.each([
    ['', undefined],
    [' and does not show itself', '-c post_auth_delay=2'],
  ])(
    'takes one person’s login back while the application keeps knocking%s',
    async (_, options) => {
      await fill();
      let knocking = true;
      const knock = async () => {
        while (knocking) {
          const client = await connect(
            `${target.externalName}_a`,
            options,
          ).catch(() => undefined);
          if (client) {
            application.push(client);
          }
        }
      };
      const knockers = Array.from({ length: 8 }, knock);
      const before = application.length;
      await harness.provider.credentials.personal.revoke(
        target,
        loginId,
        context(),
      );
      knocking = false;
      await Promise.all(knockers);
      expect(await personalLogins()).toEqual([]);
      // Those who had a place keep it, and nobody keeps one too many.
      expect(
        await Promise.all(application.slice(0, before).map(isAlive)),
      ).not.toContain(false);
      expect(await alive()).toBeLessThanOrEqual(limits.connectionLimit);
      const { drift } = await harness.provider.observe(target, request);
      expect(drift).toEqual([]);
    },
  );
});
