import { randomBytes } from 'node:crypto';
import { connect, createServer, AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

jest.setTimeout(60_000);

/** Of the server, in seconds. */
const TIMEOUT_S = 6;
/** What a client sends before it proves that it knows the password: who it is, and how it wants to prove it. */
const MESSAGES_BEFORE_PROOF = 2;

describe('a client that stalls in its password exchange', () => {
  let harness: PostgresHarness;
  let target: DatabaseTarget;
  let line: Server;
  /** Sends what is held back. */
  let releases: Array<() => void> = [];
  let clients: Client[] = [];
  const context = freshContexts();
  const newPassword = () => randomBytes(12).toString('hex');
  const old = newPassword();

  beforeAll(async () => {
    harness = await startHarness({ authentication_timeout: `${TIMEOUT_S}s` });
    line = createServer(client => {
      const server = connect(harness.postgres.port, '127.0.0.1');
      let messages = 0;
      client.on('data', chunk => {
        messages += 1;
        if (messages === MESSAGES_BEFORE_PROOF + 1) {
          releases.push(() => server.write(chunk));
        } else {
          server.write(chunk);
        }
      });
      server.on('data', chunk => client.write(chunk));
      server.on('close', () => client.destroy());
      client.on('close', () => server.destroy());
      for (const end of [client, server]) {
        end.on('error', () => {
          // The other end hears of it.
        });
      }
    });
    await new Promise<void>(resolve => line.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    line?.close();
    await harness?.stop();
  });
  beforeEach(async () => {
    const name = `stall-${randomBytes(3).toString('hex')}`;
    ({ target } = await provisionTenant(harness, {
      name,
      password: old,
      context,
    }));
  });
  afterEach(async () => {
    await Promise.all(clients.map(client => client.end().catch(() => {})));
    clients = [];
    releases = [];
  });

  /** Begins to log in as the application of slot a, with its first password, up to the proof. */
  const stall = async () => {
    const client = new Client({
      host: '127.0.0.1',
      port: (line.address() as AddressInfo).port,
      user: tenantNames(target.externalName).logins.a,
      password: old,
      database: target.externalName,
    });
    client.on('error', () => {
      // Ended by the server.
    });
    clients.push(client);
    const outcome = client
      .connect()
      .then(() => client.query('SELECT 1'))
      .then(
        () => 'works',
        () => 'refused',
      );
    while (releases.length < 1) {
      await sleep(10);
    }
    return { outcome, finish: () => releases[0]() };
  };

  const stageA = () =>
    harness.provider.credentials.stage(
      target,
      { slot: 'a', password: newPassword() },
      context(),
    );
  /** Tries as the portal does: again after the time that it is told. */
  const stageInTheEnd = async () => {
    for (;;) {
      try {
        return await stageA();
      } catch (error) {
        const { name, retryAfterMs } = error as Error & {
          retryAfterMs: number;
        };
        expect([name, retryAfterMs]).toEqual([
          'RetryableError',
          expect.any(Number),
        ]);
        expect(retryAfterMs).toBeLessThanOrEqual((TIMEOUT_S + 2) * 1000);
        await sleep(retryAfterMs);
      }
    }
  };
  const turnToB = async () => {
    const { credentials } = harness.provider;
    const login = { slot: 'b', password: newPassword() } as const;
    await credentials.stage(target, login, context());
    await credentials.activate(target, 'b', context());
    await credentials.retire(target, 'a', context());
  };

  it('gets in when its password has been good all along', async () => {
    const stalled = await stall();
    stalled.finish();
    expect(await stalled.outcome).toBe('works');
  });

  it('does not get in with a password that two rotations have taken', async () => {
    const stalled = await stall();
    await turnToB();
    // Nothing is held up by repeating what has been done.
    await harness.provider.credentials.retire(target, 'a', context());
    await expect(stageA()).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringMatching(/begun to log in with its old password/),
    });
    await stageInTheEnd();
    stalled.finish();
    expect(await stalled.outcome).toBe('refused');
  });

  it('does not get in after all logins were revoked, also of a suspended database', async () => {
    const { provider } = harness;
    const stalled = await stall();
    await provider.suspend(target, context());
    await provider.credentials.revokeAll(target, context());
    await provider.resume(target, context());
    // Nobody had the other one: that is there at once.
    await provider.credentials.stage(
      target,
      { slot: 'b', password: newPassword() },
      context(),
    );
    await stageInTheEnd();
    stalled.finish();
    expect(await stalled.outcome).toBe('refused');
  });

  it('holds up no turn that comes later', async () => {
    await turnToB();
    await sleep((TIMEOUT_S + 2) * 1000);
    const first = await stageA();
    // And none that sets up the same again.
    expect(await stageA()).toEqual(first);
  });
});
