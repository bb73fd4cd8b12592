import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';
import { tenantNames } from './identifiers';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('work that nobody waits for any longer', () => {
  const context = freshContexts();
  let harness: PostgresHarness;
  let blocker: Client;
  let request: Awaited<ReturnType<typeof provisionTenant>>;

  beforeAll(async () => {
    harness = await startHarness();
    blocker = await harness.postgres.admin();
    request = await provisionTenant(harness, {
      name: 'orders-db',
      password: 'secret',
      context,
    });
  }, 60_000);
  afterEach(() => blocker.query('ROLLBACK'));
  afterAll(() => harness?.stop(), 60_000);

  const login = () => ({
    loginId: randomUUID(),
    person: 'user:default/sam',
    access: 'read-only' as const,
    expiresAt: new Date(Date.now() + 3_600_000),
    password: 'secret',
  });
  const within = (ms: number) => ({
    ...context(),
    signal: AbortSignal.timeout(ms),
  });
  const block = async (table: string, mode: string) => {
    await blocker.query('BEGIN');
    await blocker.query(`LOCK TABLE ${table} IN ${mode} MODE`);
  };
  const busy = async () => {
    const { rows } = await harness.admin.query(
      `SELECT query FROM pg_stat_activity WHERE usename = 'provisioner' AND state <> 'idle'`,
    );
    return rows;
  };
  /** What stops work is a session itself, and on a busy machine may be there for a moment longer. */
  const settled = async () => {
    const deadline = Date.now() + 8_000;
    while ((await busy()).length && Date.now() < deadline) {
      await new Promise(done => setTimeout(done, 20));
    }
    return busy();
  };

  it('stops the statement on the server, and begins no other', async () => {
    const wanted = login();
    const { personal } = harness.provider.credentials;
    await block('pg_authid', 'SHARE');
    const started = Date.now();
    await expect(
      personal.grant(request.target, wanted, within(500)),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(await settled()).toEqual([]);
    await blocker.query('ROLLBACK');
    await expect(
      personal.grant(request.target, wanted, within(20_000)),
    ).resolves.toMatchObject({ username: expect.any(String) });
  });

  it('stops what it does in the tenant’s own database', async () => {
    const wanted = login();
    const { personal } = harness.provider.credentials;
    await personal.grant(request.target, wanted, context());
    await block('pg_shdepend', 'SHARE');
    const started = Date.now();
    await expect(
      personal.revoke(request.target, wanted.loginId, within(500)),
    ).rejects.toMatchObject({ name: 'RetryableError' });
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(await settled()).toEqual([]);
    await blocker.query('ROLLBACK');
    await personal.revoke(request.target, wanted.loginId, within(20_000));
  });

  it('leaves a server that does not obey', async () => {
    // Nobody can log in to stop anything.
    await block('pg_authid', 'ACCESS EXCLUSIVE');
    const started = Date.now();
    await expect(
      harness.provider.credentials.personal.grant(
        request.target,
        login(),
        within(500),
      ),
    ).rejects.toMatchObject({
      name: expect.stringMatching(/^(Ambiguous|Retryable)Error$/),
    });
    expect(Date.now() - started).toBeLessThan(8_000);
  });

  it('waits for its turn no longer than it is wanted', async () => {
    const provider = PostgresDatabaseProvider.create({
      ...harness.config,
      maxConcurrency: 1,
    });
    await block('pg_authid', 'SHARE');
    const { personal } = provider.credentials;
    const first = personal.grant(request.target, login(), within(20_000));
    while ((await busy()).length === 0) {
      // Its turn has not begun yet.
    }
    const started = Date.now();
    await expect(
      provider.listOwned({ signal: AbortSignal.timeout(300) }),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Stopped before Shared Postgres was asked',
    });
    expect(Date.now() - started).toBeLessThan(2_000);
    await blocker.query('ROLLBACK');
    await first;
    await provider.close();
  });

  it('gives a statement that removes files more time than the others, and finishes a removal that was interrupted', async () => {
    const other = await provisionTenant(harness, {
      name: 'large-db',
      password: 'secret',
      context,
    });
    const { database } = tenantNames(other.target.externalName);
    const provider = PostgresDatabaseProvider.create(harness.config, {
      connect: 5_000,
      statement: 1_500,
      lengthy: 20_000,
      lock: 20_000,
    });
    // As Postgres marks a database whose removal was interrupted.
    await harness.admin.query(
      `UPDATE pg_database SET datconnlimit = -2 WHERE datname = $1`,
      [database],
    );
    await blocker.query('BEGIN');
    await blocker.query(`COMMENT ON DATABASE "${database}" IS 'held'`);
    const destroyed = provider.destroy(other.target, context());
    setTimeout(() => blocker.query('ROLLBACK'), 3_000);
    await destroyed;
    const { rows } = await harness.admin.query(
      `SELECT 1 FROM pg_database WHERE datname = $1`,
      [database],
    );
    expect(rows).toEqual([]);
    await provider.close();
  });
});
