import { randomBytes, randomUUID } from 'node:crypto';
import { DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

jest.setTimeout(60_000);

/** Everybody may alter their own role on Postgres, and need not ever commit it. */
describe('a tenant who holds their own role in an open transaction', () => {
  let harness: PostgresHarness;
  let target: DatabaseTarget;
  let held: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());
  beforeEach(async () => {
    const name = `held-${randomBytes(3).toString('hex')}`;
    ({ target } = await provisionTenant(harness, { name, password, context }));
  });
  afterEach(async () => {
    await Promise.all(held.map(client => client.end()));
    held = [];
  });

  const hold = async (user: string, change = `PASSWORD 'abc'`) => {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database: target.externalName,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    await client.connect();
    held.push(client);
    // The application's logins begin as the owner of its tables.
    await client.query('SET ROLE NONE');
    await client.query('BEGIN');
    await client.query(`ALTER ROLE current_user ${change}`);
  };

  const login = () => ({
    loginId: randomUUID(),
    person: 'user:default/nora.lind',
    access: 'read-only' as const,
    expiresAt: new Date(Date.now() + 600_000),
    password,
  });
  const sessionsOf = async (user: string) =>
    (
      await harness.admin.query(
        'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1',
        [user],
      )
    ).rows[0].n;
  const canLogIn = async (user: string) =>
    (
      await harness.admin.query(
        'SELECT rolcanlogin FROM pg_roles WHERE rolname = $1',
        [user],
      )
    ).rows[0]?.rolcanlogin;

  it('does not hold up the revocation of a read-only login', async () => {
    const { personal } = harness.provider.credentials;
    const mine = login();
    const { username } = await personal.grant(target, mine, context());
    await hold(username);
    expect(await sessionsOf(username)).toBe(1);

    await personal.revoke(target, mine.loginId, context());
    expect(await sessionsOf(username)).toBe(0);
    expect(await canLogIn(username)).toBeUndefined();
  });

  it('does not hold up a login that is given again', async () => {
    const { personal } = harness.provider.credentials;
    const mine = login();
    const { username } = await personal.grant(target, mine, context());
    await hold(username);
    await personal.grant(target, mine, context());
    expect(await canLogIn(username)).toBe(true);
  });

  it('does not hold up the making of a database anew', async () => {
    const { a } = tenantNames(target.externalName).logins;
    const { provider } = harness;
    await hold(a, `SET work_mem = '4MB'`);
    for (const step of provider.steps()) {
      const request = { target, spec: harness.spec('held') };
      await provider.ensure(step.id, request, context());
    }
    expect(await canLogIn(a)).toBe(true);
  });

  it('does not hold up a rotation', async () => {
    const { a, b } = tenantNames(target.externalName).logins;
    const { credentials } = harness.provider;
    await hold(a);
    await credentials.stage(target, { slot: 'b', password }, context());
    await hold(b);
    await credentials.stage(target, { slot: 'b', password }, context());
    await credentials.activate(target, 'b', context());
    await credentials.retire(target, 'a', context());
    expect(await canLogIn(a)).toBe(false);
    expect(await sessionsOf(a)).toBe(0);
  });

  it.each([
    ['suspension', 'suspend', false],
    ['removal', 'destroy', undefined],
    ['revocation of all logins', 'revokeAll', false],
  ] as const)('does not hold up the %s', async (_, end, after) => {
    const { provider } = harness;
    const { a } = tenantNames(target.externalName).logins;
    const mine = login();
    const { username } = await provider.credentials.personal.grant(
      target,
      mine,
      context(),
    );
    await hold(a);
    await hold(username);
    await (end === 'revokeAll'
      ? provider.credentials.revokeAll(target, context())
      : provider[end](target, context()));
    expect(await sessionsOf(a)).toBe(0);
    expect(await sessionsOf(username)).toBe(0);
    expect(await canLogIn(a)).toBe(after);
    expect(await canLogIn(username)).toBeUndefined();
  });
});
