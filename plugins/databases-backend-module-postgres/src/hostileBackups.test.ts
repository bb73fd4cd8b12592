import { randomUUID } from 'node:crypto';
import type { DatabaseTarget } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import { useTenants } from './__testUtils__/useTenants';
import { tenantNames } from './identifiers';
import { makeToolLogin } from './operations/toolLogins';
import { PostgresServer } from './PostgresServer';

// Real servers on a busy machine take their time.
jest.setTimeout(120_000);

/** What would give more than the own database. `$name` is replaced. */
const ATTACKS = {
  'be the platform': 'SET ROLE provisioner',
  'be the administrator': 'SET ROLE postgres',
  'be the neighbour': 'SET ROLE "$neighbour_owner"',
  'be who owns the database': 'SET ROLE "$mine_platform"',
  'take the platform’s password': `ALTER ROLE provisioner PASSWORD 'known'`,
  'join the neighbour': 'GRANT "$neighbour_owner" TO "$mine_a"',
  'let the neighbour join': 'GRANT "$mine_owner" TO "$neighbour_a"',
  'make a login': 'CREATE ROLE mallory LOGIN',
  'lift the limits': 'ALTER DATABASE "$mine" CONNECTION LIMIT -1',
  'change the marker': `COMMENT ON DATABASE "$mine" IS 'not yours'`,
  'run a program': `COPY public.trace TO PROGRAM 'touch /tmp/slipway-was-here'`,
  'read a file': `SELECT pg_read_file('/etc/passwd')`,
  'see what others do':
    'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.f()',
};

describe('tenants who mean harm by what they have backed up', () => {
  const tenants = useTenants();
  let mine: DatabaseTarget;
  let copy: DatabaseTarget;
  let neighbour: DatabaseTarget;
  let app: Client;

  beforeEach(async () => {
    mine = await tenants.provision('mine');
    copy = await tenants.provision('copy');
    neighbour = await tenants.provision('neighbour');
    app = await tenants.login(mine);
  });

  const sql = (text: string, target = copy) =>
    text
      .replaceAll('$mine', target.externalName)
      .replaceAll('$neighbour', neighbour.externalName);

  /** What a portal leaves that is killed in the middle of a backup. */
  const leaveLogin = async (target: DatabaseTarget) => {
    const { config } = tenants.harness;
    const server = PostgresServer.create(config);
    const login = await makeToolLogin(
      { server, config },
      target,
      'backup',
      tenants.context(),
    );
    return { server, login };
  };

  it('get nothing by what runs while a dump is restored', async () => {
    const tries = Object.entries(ATTACKS).map(
      ([name, attack]) => `
        BEGIN
          EXECUTE $try$${sql(attack)}$try$;
          RESET ROLE;
          outcome := 'done';
        EXCEPTION WHEN OTHERS THEN
          outcome := SQLSTATE;
        END;
        INSERT INTO public.trace VALUES ($name$${name}$name$, outcome, session_user, current_user);`,
    );
    await app.query(`
      CREATE TABLE trace (attack text, outcome text, session text, "current" text);
      CREATE TABLE begun (at timestamptz);
      CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql AS $f$
        DECLARE outcome text;
        BEGIN
          IF session_user !~ '_fill_' THEN RETURN true; END IF;
          ${tries.join('')}
          RESET ROLE;
          EXECUTE format('ALTER ROLE %I PASSWORD %L', session_user, '${tenants.password}');
          INSERT INTO public.trace VALUES ('keep the login', 'done', session_user, current_user);
          RETURN true;
        END $f$;
      CREATE TABLE way_in (a int CHECK (f()));
      CREATE MATERIALIZED VIEW later AS SELECT a FROM way_in;
      INSERT INTO way_in VALUES (1)`);
    const inventory = await tenants.harness.inventory();
    await tenants.restore(copy, await tenants.backUp(mine));

    const admin = await tenants.asAdmin(copy);
    const { rows } = await admin.query('SELECT * FROM trace');
    const [{ session }] = rows;
    const names = tenantNames(copy.externalName);
    expect(session).toMatch(new RegExp(`^${copy.externalName}_fill_\\w{6}$`));
    const outcomes = Object.fromEntries(
      rows.map(row => [row.attack, row.outcome]),
    );
    expect(outcomes).toEqual({
      ...Object.fromEntries(Object.keys(ATTACKS).map(name => [name, '42501'])),
      'keep the login': 'done',
    });
    for (const row of rows) {
      expect([names.owner, session]).toContain(row.current);
    }
    const { rows: owners } = await admin.query(
      `SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.deptype = 'o' AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(owners).toEqual([{ rolname: names.owner }]);
    // Whatever password it has now.
    await expect(tenants.login(copy, { user: session })).rejects.toMatchObject({
      code: '28P01',
    });
    // But for the fences, which every call raises.
    const withoutFences = (lines: string[]) =>
      lines.map(line => line.replace(/"fence":"\d+"/, ''));
    expect(withoutFences(await tenants.harness.inventory())).toEqual(
      withoutFences(inventory),
    );
  });

  it('get nothing by what is called as what Postgres has', async () => {
    await app.query(`
      CREATE FUNCTION fail() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ran'; END $$;
      CREATE FUNCTION count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT fail()';
      CREATE FUNCTION format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT fail()::text';
      CREATE FUNCTION quote_ident(name) RETURNS text LANGUAGE sql AS 'SELECT fail()::text';
      CREATE FUNCTION set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT fail()::text';
      CREATE FUNCTION pg_export_snapshot() RETURNS text LANGUAGE sql AS 'SELECT fail()::text';
      CREATE FUNCTION pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT fail() > 0';
      CREATE FUNCTION equals(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT fail() > 0';
      CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, FUNCTION = equals);
      CREATE VIEW pg_class AS SELECT fail() AS oid;
      CREATE TABLE pg_namespace (oid int);
      CREATE TABLE t AS SELECT 1 AS a`);
    const dump = await tenants.backUp(mine);
    expect(dump.contents).toMatchObject({ rows: 1, tables: 2, views: 1 });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(tenants.restore(copy, dump)).resolves.toEqual({
        contents: dump.contents,
      });
    }
  });

  it('give nobody else anything at the copy', async () => {
    const { logins, owner } = tenantNames(neighbour.externalName);
    await app.query(`
      CREATE SCHEMA gifts; CREATE TABLE gifts.t (a int); CREATE FUNCTION gifts.f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
      GRANT USAGE ON SCHEMA gifts TO "${logins.a}", PUBLIC;
      GRANT ALL ON gifts.t TO "${logins.a}", "${owner}" WITH GRANT OPTION;
      ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO "${logins.a}"`);
    await tenants.restore(copy, await tenants.backUp(mine));
    const { rows } = await (
      await tenants.asAdmin(copy)
    ).query(
      `SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND r.rolname !~ $1`,
      [`^${copy.externalName}_(owner|rw|ro)$`],
    );
    expect(rows).toEqual([]);
    // Its roles can go.
    await tenants.harness.provider.destroy(neighbour, tenants.context());
  });

  it('cannot end a backup, nor see more of it than that it runs', async () => {
    const { server, login } = await leaveLogin(mine);
    try {
      const tool = server.toolClient(mine.externalName, login);
      await tool.connect();
      const { rows } = await tool.query('SELECT pg_backend_pid() AS pid');
      for (const end of ['pg_terminate_backend', 'pg_cancel_backend']) {
        await expect(
          app.query(`SELECT ${end}($1)`, [rows[0].pid]),
        ).rejects.toMatchObject({ code: '42501' });
      }
      await expect(app.query(`SET ROLE "${login.user}"`)).rejects.toMatchObject(
        { code: '42501' },
      );
      await tool.end();
    } finally {
      await server.close();
    }
  });

  it('keep no login that a crash has left', async () => {
    const { provider } = tenants.harness;
    const ends = {
      'the next backup': () => tenants.backUp(mine),
      'a suspension': () => provider.suspend(mine, tenants.context()),
      'an emergency': () =>
        provider.credentials.revokeAll(mine, tenants.context()),
      'the end of the database': () =>
        provider.destroy(mine, tenants.context()),
    };
    for (const [name, end] of Object.entries(ends)) {
      const { server, login } = await leaveLogin(mine);
      const session = server.toolClient(mine.externalName, login);
      await session.connect();
      await end();
      const isAlive = await session.query('SELECT 1').then(
        () => true,
        () => false,
      );
      await session.end();
      const { rowCount } = await tenants.harness.admin.query(
        'SELECT FROM pg_roles WHERE rolname = $1',
        [login.user],
      );
      expect([name, isAlive, rowCount]).toEqual([name, false, 0]);
      await server.close();
    }
  });

  it('do not keep a person’s login by a backup, nor a backup from what a person has made', async () => {
    const { personal } = tenants.harness.provider.credentials;
    const loginId = randomUUID();
    const { username } = await personal.grant(
      mine,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 3_600_000),
        password: tenants.password,
      },
      tenants.context(),
    );
    const person = await tenants.login(mine, { user: username });
    await person.query(`SELECT lo_from_bytea(0, 'of a person')`);
    const dump = await tenants.backUp(mine);
    expect(dump.contents).toMatchObject({ largeObjects: 1 });

    const { server } = await leaveLogin(mine);
    await personal.revoke(mine, loginId, tenants.context());
    const { rowCount } = await tenants.harness.admin.query(
      'SELECT FROM pg_roles WHERE rolname = $1',
      [username],
    );
    expect(rowCount).toBe(0);
    await server.close();
    await expect(tenants.restore(copy, dump)).resolves.toEqual({
      contents: dump.contents,
    });
  });
});
