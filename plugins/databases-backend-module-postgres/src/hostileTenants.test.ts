import { randomBytes, randomUUID } from 'node:crypto';
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
import { tenantNames } from './identifiers';

jest.setTimeout(60_000);

describe('tenants who mean harm', () => {
  let harness: PostgresHarness;
  let mine: DatabaseTarget;
  let neighbour: DatabaseTarget;
  let attacker: Client;
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  const provision = async (name: string) =>
    (await provisionTenant(harness, { name, password, context })).target;

  const rolesOf = async (pattern: string) =>
    (
      await harness.admin.query(
        'SELECT count(*)::int AS n FROM pg_roles WHERE rolname LIKE $1',
        [pattern],
      )
    ).rows[0].n;

  /** A session of the attacker's application. */
  const attack = async () => {
    const names = tenantNames(mine.externalName);
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user: names.logins.a,
      password,
      database: names.database,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    await client.connect();
    return client;
  };

  /** A login of a person to a database. */
  const grant = async (target: DatabaseTarget) => {
    const loginId = randomUUID();
    const { username } = await harness.provider.credentials.personal.grant(
      target,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
    return { loginId, username };
  };

  beforeAll(async () => {
    harness = await startHarness();
    mine = await provision('mine');
    neighbour = await provision('neighbour');
    attacker = await attack();
    await attacker.query(`SET ROLE ${tenantNames(mine.externalName).owner}`);
  });
  afterAll(async () => {
    await attacker?.end();
    await harness?.stop();
  });

  it('cannot read in comments what a neighbour is called in the portal, and whose it is', async () => {
    await grant(neighbour);
    const { rows } = await attacker.query(
      `SELECT string_agg(description, ' ') AS comments FROM pg_shdescription`,
    );
    expect(rows[0].comments).toContain(neighbour.id);
    expect(rows[0].comments).not.toMatch(
      /group:|user:|team-orders|development|"neighbour"/,
    );
    const { environment, owner } = harness.spec('neighbour');
    expect(await harness.provider.listOwned()).toContainEqual(
      expect.objectContaining({
        id: neighbour.id,
        name: 'neighbour',
        environment,
        owner,
      }),
    );
  });

  it('cannot make the platform run their functions', async () => {
    await attacker.query(`
      CREATE TABLE public.trap (who text);
      CREATE FUNCTION public.trap(oid, regrole) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO public.trap VALUES (session_user); RETURN true; END $$;
      CREATE OPERATOR public.= (FUNCTION = public.trap, LEFTARG = oid, RIGHTARG = regrole)`);
    const trapped = async () =>
      (await attacker.query('SELECT who FROM public.trap')).rows.length;

    // The trap works on whoever looks into the schema.
    await attacker.query(
      `SELECT FROM pg_default_acl WHERE defaclrole = '${tenantNames(mine.externalName).owner}'::regrole`,
    );
    const before = await trapped();
    expect(before).toBeGreaterThan(0);

    const { provider } = harness;
    const spec = harness.spec('mine');
    expect((await provider.observe(mine, { spec })).status).toBe('present');
    for (const step of provider.steps()) {
      await provider.ensure(step.id, { target: mine, spec }, context());
    }
    expect(await trapped()).toBe(before);
  });

  it('cannot keep a neighbour’s logins alive by giving them something', async () => {
    const { credentials } = harness.provider;
    const { loginId, username } = await grant(neighbour);
    const names = tenantNames(neighbour.externalName);
    await attacker.query('SELECT lo_create(4711)');
    for (const role of [
      username,
      names.owner,
      names.logins.a,
      names.platform,
    ]) {
      await attacker.query(
        `GRANT SELECT ON LARGE OBJECT 4711 TO "${role}"; GRANT SELECT ON public.trap TO "${role}"`,
      );
    }
    await credentials.personal.revoke(neighbour, loginId, context());
    expect(await rolesOf(username)).toBe(0);

    await harness.provider.destroy(neighbour, context());
    expect(await rolesOf(`${neighbour.externalName}%`)).toBe(0);
  });

  describe('cannot hold up the end of a neighbour’s logins', () => {
    let victim: DatabaseTarget;
    let revoked: Awaited<ReturnType<typeof grant>>;
    let suspended: Awaited<ReturnType<typeof grant>>;
    let roles: string[];
    const held: Client[] = [];

    beforeEach(async () => {
      victim = await provision('victim');
      revoked = await grant(victim);
      suspended = await grant(victim);
      const names = tenantNames(victim.externalName);
      roles = [
        revoked.username,
        suspended.username,
        names.owner,
        names.logins.a,
        names.platform,
      ];
    });
    afterEach(() => Promise.all(held.splice(0).map(client => client.end())));

    /** Begins a transaction and never ends it. */
    const hold = async (...statements: string[]) => {
      const client = await attack();
      held.push(client);
      await client.query('SET idle_in_transaction_session_timeout = 0');
      await client.query('BEGIN');
      for (const statement of statements) {
        await client.query(statement);
      }
    };

    /** Revokes, suspends and destroys. Returns how many roles each has left of those that it removes. */
    const endAll = async () => {
      const { provider } = harness;
      const { personal } = provider.credentials;
      await personal.revoke(victim, revoked.loginId, context());
      const afterRevocation = await rolesOf(revoked.username);
      await provider.suspend(victim, context());
      const afterSuspension = await rolesOf(suspended.username);
      await provider.destroy(victim, context());
      const afterRemoval = await rolesOf(`${victim.externalName}%`);
      return { afterRevocation, afterSuspension, afterRemoval };
    };
    const nothingLeft = {
      afterRevocation: 0,
      afterSuspension: 0,
      afterRemoval: 0,
    };

    it('by a lock on a table with a policy for them', async () => {
      const names = roles.map(role => `"${role}"`).join(', ');
      await attacker.query(`
        CREATE TABLE public.locked (x int);
        ALTER TABLE public.locked ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON public.locked TO ${names} USING (true)`);
      for (let i = 0; i < 3; i++) {
        await hold('LOCK TABLE public.locked IN ACCESS SHARE MODE');
      }
      expect(await endAll()).toEqual(nothingLeft);
    });

    it('by a gift in a transaction that never ends', async () => {
      await attacker.query('CREATE TABLE public.gift (x int)');
      await hold(
        ...roles.map(role => `GRANT SELECT ON public.gift TO "${role}"`),
      );
      expect(await endAll()).toEqual(nothingLeft);
    });

    it('by a setting for their database in a transaction that never ends', async () => {
      const { logins } = tenantNames(mine.externalName);
      const { database } = tenantNames(victim.externalName);
      await hold(
        `SET ROLE "${logins.a}"`,
        `ALTER ROLE "${logins.a}" IN DATABASE "${database}" SET work_mem = '4MB'`,
      );
      expect(await endAll()).toEqual(nothingLeft);
    });

    it('by gifts in a database whose connections are all taken', async () => {
      await attacker.query('CREATE TABLE public.full (x int)');
      for (const role of roles) {
        await attacker.query(`GRANT SELECT ON public.full TO "${role}"`);
      }
      await expect(
        (async () => {
          for (;;) {
            held.push(await attack());
          }
        })(),
      ).rejects.toMatchObject({ code: '53300' });
      let knocking = true;
      const knock = async () => {
        while (knocking) {
          await attack().then(
            client => held.push(client),
            () => undefined,
          );
        }
      };
      const knockers = Array.from({ length: 8 }, knock);
      expect(await endAll()).toEqual(nothingLeft);
      knocking = false;
      await Promise.all(knockers);
      const { rows } = await harness.admin.query(
        'SELECT datconnlimit FROM pg_database WHERE datname = $1',
        [mine.externalName],
      );
      expect(rows).toEqual([{ datconnlimit: limits.connectionLimit }]);
    });
  });
});
