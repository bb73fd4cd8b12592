import { randomBytes, randomUUID } from 'node:crypto';
import { DatabaseSpec, DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { TenantNames, tenantNames } from './identifiers';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

// Each test is a sentence of the design's "Isolation on a shared Postgres".
describe('isolation on a shared Postgres', () => {
  let harness: PostgresHarness;
  let target: DatabaseTarget;
  let spec: DatabaseSpec;
  let names: TenantNames;
  let app: Client;
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  async function login(
    user: string,
    database = names.database,
    pass = password,
  ) {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password: pass,
      database,
    });
    client.on('error', () => {
      // Ended by the server.
    });
    await client.connect();
    return client;
  }

  /** SQLSTATE of a refusal; undefined when the server did it. */
  const refusal = (client: Client, sql: string): Promise<string | undefined> =>
    client.query(sql).then(
      () => undefined,
      error => error.code,
    );

  const one = async (sql: string, values?: unknown[]) =>
    (await harness.admin.query(sql, values)).rows[0];

  const provision = (name: string) =>
    provisionTenant(harness, { name, password, context });

  beforeAll(async () => {
    harness = await startHarness({ log_statement: 'all' });
    ({ target, spec } = await provision('orders-db'));
    names = tenantNames(target.externalName);
    app = await login(names.logins.a);
  }, 60_000);

  afterAll(async () => {
    await app?.end();
    await harness?.stop();
  }, 60_000);

  it('the database and its marker belong to a platform role that nobody is, or can become, but the provisioner', async () => {
    expect(
      await one(
        `SELECT r.rolname, r.rolcanlogin, shobj_description(d.oid, 'pg_database') AS comment
           FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname = $1`,
        [names.database],
      ),
    ).toEqual({
      rolname: names.platform,
      rolcanlogin: false,
      comment: expect.stringContaining(target.id),
    });
    const { rows } = await harness.admin.query(
      `SELECT rolname FROM pg_roles
        WHERE pg_has_role(oid, $1, 'MEMBER') AND NOT rolsuper AND rolname <> $1`,
      [names.platform],
    );
    expect(rows).toEqual([{ rolname: 'provisioner' }]);
  });

  it('the tenant’s owner role cannot log in and owns schemas only', async () => {
    expect(
      await one(
        `SELECT rolcanlogin, (SELECT count(*)::int FROM pg_database WHERE datdba = r.oid) AS databases
           FROM pg_roles r WHERE rolname = $1`,
        [names.owner],
      ),
    ).toEqual({ rolcanlogin: false, databases: 0 });
    const { rows } = await app.query(
      `SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'public'`,
    );
    expect(rows).toEqual([{ owner: names.owner }]);
  });

  it('that role makes schemas and trusted extensions', async () => {
    expect(await refusal(app, 'CREATE SCHEMA warehouse')).toBeUndefined();
    const { rows } = await harness.admin.query(
      `SELECT name FROM pg_available_extension_versions WHERE trusted AND name = 'plpgsql'`,
    );
    expect(rows).toHaveLength(1);
    expect(
      await refusal(app, 'DROP EXTENSION IF EXISTS citext'),
    ).toBeUndefined();
    const trusted = await one(
      `SELECT name FROM pg_available_extension_versions
        WHERE trusted AND NOT installed AND name NOT LIKE '%pl%' AND requires IS NULL ORDER BY name LIMIT 1`,
    );
    expect(
      await refusal(app, `CREATE EXTENSION ${trusted.name}`),
    ).toBeUndefined();
    expect(await refusal(app, 'CREATE EXTENSION dblink')).toBe('42501');
  });

  it.each([
    ['rewrite the marker', d => `COMMENT ON DATABASE ${d} IS 'mine'`],
    [
      'lift the connection limit',
      d => `ALTER DATABASE ${d} CONNECTION LIMIT -1`,
    ],
    [
      'lift the statement timeout for all',
      d => `ALTER DATABASE ${d} SET statement_timeout TO 0`,
    ],
    ['rename the database', d => `ALTER DATABASE ${d} RENAME TO mine`],
    ['take the database', (d, n) => `ALTER DATABASE ${d} OWNER TO ${n.owner}`],
    ['become the platform role', (_, n) => `SET ROLE ${n.platform}`],
    ['become the provisioner', () => 'SET ROLE provisioner'],
    ['make a role', () => 'CREATE ROLE mine'],
    ['make a database', () => 'CREATE DATABASE mine'],
    [
      'give its role to a neighbour',
      (_, n) => `GRANT ${n.owner} TO slipway_stranger`,
    ],
    [
      'change the other login',
      (_, n) => `ALTER ROLE ${n.logins.b} PASSWORD 'x'`,
    ],
    ['read passwords', () => 'SELECT rolpassword FROM pg_authid'],
    ['lift its limit of temporary files', () => 'SET temp_file_limit = -1'],
    [
      'lift it for later sessions',
      (_, n) =>
        `SET ROLE NONE; ALTER ROLE ${n.logins.a} SET temp_file_limit = -1`,
    ],
    ['run programs', () => `COPY (SELECT 1) TO PROGRAM 'true'`],
    ['read files', () => `SELECT pg_read_file('postgresql.conf')`],
  ] as Array<[string, (database: string, names: TenantNames) => string]>)(
    'a login cannot %s',
    async (_, sql) => {
      await harness.admin.query(
        `DO $$ BEGIN CREATE ROLE slipway_stranger; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      );
      expect(await refusal(app, sql(names.database, names))).toBe('42501');
      await harness.admin.query('DROP ROLE slipway_stranger');
    },
  );

  it('a login cannot drop the database, nor open it to everybody', async () => {
    const other = await provision('payments-db');
    const neighbour = tenantNames(other.target.externalName);
    const client = await login(neighbour.logins.a, neighbour.database);
    expect(await refusal(client, `DROP DATABASE ${names.database}`)).toBe(
      '42501',
    );
    // Granting what one may not grant is only a warning in SQL; nothing comes of it.
    await client
      .query(`GRANT CONNECT ON DATABASE ${neighbour.database} TO PUBLIC`)
      .catch(() => undefined);
    const observed = await harness.provider.observe(other.target, other);
    expect(observed).toMatchObject({ status: 'present', drift: [] });
    await client.end();
    await expect(
      login(names.logins.a, neighbour.database),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it.each(['postgres', 'template1', 'slipway_neighbour'])(
    'a login cannot connect to %s',
    async database => {
      await expect(login(names.logins.a, database)).rejects.toMatchObject({
        code: '42501',
      });
    },
  );

  it('PUBLIC can neither connect nor make temporary tables', async () => {
    await harness.admin.query(
      `CREATE ROLE stranger LOGIN PASSWORD '${password}'`,
    );
    await expect(login('stranger')).rejects.toMatchObject({ code: '42501' });
    expect(
      await one(
        `SELECT has_database_privilege('stranger', $1, 'CONNECT') AS connect,
                has_database_privilege('stranger', $1, 'TEMP') AS temp`,
        [names.database],
      ),
    ).toEqual({ connect: false, temp: false });
    await harness.admin.query('DROP ROLE stranger');
  });

  it('nobody can slip in between making the database and shutting others out', async () => {
    const id = randomUUID();
    const name = harness.provider.externalName({ id, name: 'half-made' });
    const request = {
      target: { id, externalName: name },
      spec: harness.spec('half-made'),
    };
    await harness.provider.ensure('create-roles', request, context());
    await harness.provider.ensure('create-database', request, context());
    await expect(login(names.logins.a, name)).rejects.toMatchObject({
      code: '55000',
    });
    await harness.provider.destroy(request.target, context());
  });

  it('logins SET ROLE to owner, so that what one makes the other can change and ro can read', async () => {
    await app.query('CREATE TABLE crates (id int)');
    const { rows } = await app.query(
      `SELECT session_user, current_user,
              (SELECT tableowner FROM pg_tables WHERE tablename = 'crates') AS owner`,
    );
    expect(rows).toEqual([
      {
        session_user: names.logins.a,
        current_user: names.owner,
        owner: names.owner,
      },
    ]);
    const next = randomBytes(12).toString('hex');
    await harness.provider.credentials.stage(
      target,
      { slot: 'b', password: next },
      context(),
    );
    const other = await login(names.logins.b, names.database, next);
    expect(
      await refusal(other, 'ALTER TABLE crates ADD COLUMN weight int'),
    ).toBeUndefined();
    await other.end();
    await harness.provider.credentials.retire(target, 'b', context());

    await app.query('CREATE TABLE warehouse.shelves (id int)');
    expect(
      await (async () => {
        const { rows: rights } = await app.query(
          `SELECT has_schema_privilege($1, 'warehouse', 'USAGE') AS use,
                  has_table_privilege($1, 'warehouse.shelves', 'SELECT') AS read,
                  has_table_privilege($1, 'warehouse.shelves', 'INSERT') AS write,
                  has_table_privilege($2, 'warehouse.shelves', 'INSERT') AS rw_write`,
          [names.ro, names.rw],
        );
        return rights;
      })(),
    ).toEqual([{ use: true, read: true, write: false, rw_write: true }]);
  });

  it('the provisioner is no superuser and cannot read what passwords are kept as', async () => {
    expect(
      await one(
        `SELECT rolsuper, rolreplication, rolbypassrls, rolcreatedb, rolcreaterole
           FROM pg_roles WHERE rolname = 'provisioner'`,
      ),
    ).toEqual({
      rolsuper: false,
      rolreplication: false,
      rolbypassrls: false,
      rolcreatedb: true,
      rolcreaterole: true,
    });
    const { user, password: secret } = harness.config.connection;
    const client = await login(user, 'postgres', secret);
    expect(await refusal(client, 'SELECT * FROM pg_authid')).toBe('42501');
    await client.end();
  });

  it('the connection limit is enforced', async () => {
    const clients: Client[] = [];
    const full = async () => {
      for (let i = 0; i <= spec.limits.connectionLimit; i++) {
        clients.push(await login(names.logins.a));
      }
    };
    await expect(full()).rejects.toMatchObject({ code: '53300' });
    await Promise.all(clients.map(client => client.end()));
  });

  it('temporary files and waiting transactions have limits', async () => {
    const client = await login(names.logins.a);
    const show = async (setting: string) =>
      (await client.query(`SHOW ${setting}`)).rows[0][setting];
    expect(await show('temp_file_limit')).toBe('1GB');
    expect(await show('idle_in_transaction_session_timeout')).toBe('5min');
    await client.end();
  });

  it('a statement timeout that a login gave itself is seen and mended', async () => {
    expect((await app.query('SHOW statement_timeout')).rows).toEqual([
      { statement_timeout: '30s' },
    ]);
    // Its role is the owner by default; the login itself is one word away.
    await app.query('SET ROLE NONE');
    await app.query(`ALTER ROLE ${names.logins.a} SET statement_timeout TO 0`);
    await app.query(
      `ALTER ROLE ${names.logins.a} IN DATABASE ${names.database} SET statement_timeout TO 0`,
    );
    await app.query(`SET ROLE ${names.owner}`);
    const drifted = await harness.provider.observe(target, { spec });
    expect(drifted.drift).toEqual([
      {
        what: 'statement-timeout',
        wanted: '30s',
        found: `0 for ${names.logins.a}`,
      },
      {
        what: 'statement-timeout',
        wanted: '30s',
        found: `0 for ${names.logins.a}`,
      },
    ]);
    await harness.provider.ensure('isolate', { target, spec }, context());
    const mended = await harness.provider.observe(target, { spec });
    expect(mended.drift).toEqual([]);
    expect(harness.provider.capabilities().observed).toContain(
      'statement-timeout',
    );
  });

  it.each([
    [
      'role that nobody logs in as',
      n => `SET ROLE ${n.owner}; ALTER ROLE ${n.owner}`,
    ],
    [
      'database that is not its own',
      n =>
        `SET ROLE NONE; ALTER ROLE ${n.logins.a} IN DATABASE slipway_neighbour`,
    ],
  ] as Array<[string, (names: TenantNames) => string]>)(
    'a statement timeout for another %s has no effect here and is no drift',
    async (_, alter) => {
      await app.query(`${alter(names)} SET statement_timeout TO 0`);
      await app.query(`SET ROLE ${names.owner}`);
      const client = await login(names.logins.a);
      expect((await client.query('SHOW statement_timeout')).rows).toEqual([
        { statement_timeout: '30s' },
      ]);
      await client.end();
      const { drift } = await harness.provider.observe(target, { spec });
      expect(drift).toEqual([]);
    },
  );

  it('a limit or a right that an administrator changed is seen and mended', async () => {
    await harness.admin.query(
      `ALTER DATABASE ${names.database} CONNECTION LIMIT -1`,
    );
    await harness.admin.query(
      `GRANT CONNECT ON DATABASE ${names.database} TO PUBLIC`,
    );
    const drifted = await harness.provider.observe(target, { spec });
    expect(drifted.status).toBe('partial');
    expect(drifted.drift.map(({ what }) => what)).toEqual([
      'connection-limit',
      'public-access',
    ]);
    await harness.provider.ensure('isolate', { target, spec }, context());
    await expect(
      harness.provider.observe(target, { spec }),
    ).resolves.toMatchObject({ status: 'present', drift: [] });
  });

  it('a password that the application changed itself fails the probe', async () => {
    await app.query('SET ROLE NONE');
    await app.query(`ALTER ROLE ${names.logins.a} PASSWORD 'changed-by-app'`);
    const { credentials } = harness.provider;
    const login_ = { slot: 'a', password } as const;
    const probed = await credentials.verify(target, login_);
    expect(probed.passed).toBe(false);
    await app.query(`ALTER ROLE ${names.logins.a} PASSWORD '${password}'`);
    await app.query(`SET ROLE ${names.owner}`);
    expect(await credentials.verify(target, login_)).toMatchObject({
      passed: true,
    });
  });

  /** Stages, without the wait for clients that stall in their password: there is none here. */
  const stageAnew = async (which: { slot: 'b'; password: string }) => {
    await harness.admin.query(
      `ALTER ROLE ${names.logins.b} VALID UNTIL 'infinity'`,
    );
    await harness.provider.credentials.stage(target, which, context());
  };

  it.each(['default_transaction_read_only = on', `role = 'none'`])(
    'a login that was set up with %s is as it should be when it is staged again',
    async setting => {
      const { credentials } = harness.provider;
      const login_ = { slot: 'b', password } as const;
      const { b } = names.logins;
      await stageAnew(login_);
      // As the application may, of its own login.
      const application = await login(b);
      await application.query('SET ROLE NONE');
      for (const where of ['', `IN DATABASE ${names.database}`]) {
        await application.query(`ALTER ROLE ${b} ${where} SET ${setting}`);
      }
      await application.end();
      expect(await credentials.verify(target, login_)).toMatchObject({
        passed: false,
      });
      await credentials.retire(target, 'b', context());
      await stageAnew(login_);
      expect(await credentials.verify(target, login_)).toMatchObject({
        passed: true,
      });
      await credentials.retire(target, 'b', context());
    },
  );

  it.each([
    [
      'default_transaction_read_only = on',
      'CREATE SCHEMA: cannot execute CREATE SCHEMA in a read-only transaction (25006)',
    ],
    [`role = 'none'`, 'the table belonged to "LOGIN" and not to "OWNER"'],
  ])(
    'the probe says what it tried and what happened under %s',
    async (setting, detail) => {
      const { credentials } = harness.provider;
      const login_ = { slot: 'b', password } as const;
      const { b } = names.logins;
      await stageAnew(login_);
      await harness.admin.query(`ALTER ROLE ${b} SET ${setting}`);
      const { checks } = await credentials.verify(target, login_);
      expect(checks.find(({ id }) => id === 'table')).toMatchObject({
        passed: false,
        detail: detail.replace('LOGIN', b).replace('OWNER', names.owner),
      });
      await credentials.retire(target, 'b', context());
    },
  );

  it('the probe notices when a neighbour’s door stands open', async () => {
    await harness.admin.query(
      'GRANT CONNECT ON DATABASE slipway_neighbour TO PUBLIC',
    );
    const probed = await harness.provider.credentials.verify(target, {
      slot: 'a',
      password,
    });
    expect(probed.passed).toBe(false);
    expect(probed.checks.filter(check => !check.passed)).toEqual([
      expect.objectContaining({
        id: 'neighbour-refused',
        title: 'Entering "slipway_neighbour" is refused',
      }),
    ]);
    await harness.admin.query(
      'REVOKE CONNECT ON DATABASE slipway_neighbour FROM PUBLIC',
    );
  });

  it('a password never reaches the server in clear', async () => {
    const secret = `secret${randomBytes(8).toString('hex')}`;
    const loginId = randomUUID();
    const { credentials } = harness.provider;
    const { target: secretive } = await provision('secretive-db');
    await credentials.stage(
      secretive,
      { slot: 'b', password: secret },
      context(),
    );
    await credentials.personal.grant(
      secretive,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 60_000),
        password: secret,
      },
      context(),
    );
    await credentials.verify(secretive, { slot: 'b', password: secret });
    // log_statement=all: the server wrote down every statement it was sent.
    expect(harness.postgres.log()).toContain('PASSWORD E');
    expect(harness.postgres.log()).not.toContain(secret);
    await credentials.personal.revoke(secretive, loginId, context());
  });

  it('a person who may make tables is held to what the application may, and leaves nothing of their own behind', async () => {
    const loginId = randomUUID();
    const { personal } = harness.provider.credentials;
    const granted = await personal.grant(
      target,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'schema',
        expiresAt: new Date(Date.now() + 60_000),
        password,
      },
      context(),
    );
    const person = await login(granted.username);
    const name = `"${names.database}"`;
    for (const statement of [
      `ALTER DATABASE ${name} CONNECTION LIMIT -1`,
      `COMMENT ON DATABASE ${name} IS 'mine'`,
      `DROP DATABASE ${name}`,
      `GRANT "${names.owner}" TO "${names.ro}"`,
      `ALTER ROLE "${names.logins.a}" PASSWORD 'mine'`,
      `CREATE ROLE mine`,
    ]) {
      expect([statement, await refusal(person, statement)]).toEqual([
        statement,
        '42501',
      ]);
    }
    // As themselves instead of as the owner: it is the tenant's in the end.
    await person.query('SET ROLE NONE');
    await person.query('CREATE TABLE public.left_behind ()');
    await personal.revoke(target, loginId, context());
    expect(
      await one('SELECT count(*)::int AS n FROM pg_roles WHERE rolname = $1', [
        granted.username,
      ]),
    ).toEqual({ n: 0 });
    await app.query('DROP TABLE public.left_behind');
  });

  it('a person’s login is removed also when the person owns a large object', async () => {
    const loginId = randomUUID();
    const { personal } = harness.provider.credentials;
    const granted = await personal.grant(
      target,
      {
        loginId,
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 60_000),
        password,
      },
      context(),
    );
    const person = await login(granted.username);
    await person.query('SELECT lo_create(4711)');
    const { rows } = await harness.admin.query(
      'SELECT datname FROM pg_stat_activity WHERE usename = $1',
      [granted.username],
    );
    expect(rows).toEqual([{ datname: names.database }]);
    expect(granted.username).toMatch(/^nora\.lind_/);
    await personal.revoke(target, loginId, context());
    expect(
      await one('SELECT count(*)::int AS n FROM pg_roles WHERE rolname = $1', [
        granted.username,
      ]),
    ).toEqual({ n: 0 });
  });
  // Last: what the tenant has dropped stays away.
  it('the probe of a login holds when the tenant has dropped the schema public', async () => {
    await app.query('DROP SCHEMA public CASCADE');
    expect(
      await harness.provider.credentials.verify(target, {
        slot: 'a',
        password,
      }),
    ).toMatchObject({ passed: true });
    const { rows } = await app.query(
      `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'probe%'`,
    );
    expect(rows).toEqual([]);
  });
});
