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

  beforeAll(async () => {
    harness = await startHarness();
    mine = await provision('mine');
    neighbour = await provision('neighbour');
    const names = tenantNames(mine.externalName);
    attacker = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user: names.logins.a,
      password,
      database: names.database,
    });
    await attacker.connect();
    await attacker.query(`SET ROLE ${names.owner}`);
  });
  afterAll(async () => {
    await attacker?.end();
    await harness?.stop();
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
    const loginId = randomUUID();
    const { username } = await credentials.personal.grant(
      neighbour,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
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
});
