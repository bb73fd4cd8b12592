import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { DatabaseTarget } from '@slipway/plugin-databases-node';
import { useTenants } from './__testUtils__/useTenants';
import { tenantNames } from './identifiers';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';
import { findTools } from './tools/findTools';

// Real servers on a busy machine take their time.
jest.setTimeout(120_000);

/** A bit of everything that a tenant can make. */
const EVERYTHING = String.raw`
  CREATE SCHEMA warehouse;
  CREATE EXTENSION citext;
  CREATE EXTENSION hstore SCHEMA warehouse;
  CREATE TYPE warehouse.mood AS ENUM ('calm', 'stormy');
  CREATE TYPE warehouse.place AS (shelf text, level int);
  CREATE TYPE span AS RANGE (subtype = float8);
  CREATE DOMAIN amount AS numeric(12, 2) CHECK (VALUE >= 0);
  CREATE COLLATION natural_order (provider = icu, locale = 'en-u-kn-true');
  CREATE FUNCTION double(n int) RETURNS int IMMUTABLE LANGUAGE sql RETURN n * 2;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN NEW.changed := coalesce(NEW.changed, '2026-11-30 08:00+00'); RETURN NEW; END $body$;
  CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
  CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
  CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email citext UNIQUE,
    attributes warehouse.hstore,
    mood warehouse.mood DEFAULT 'calm',
    place warehouse.place,
    during span,
    balance amount,
    raw bytea,
    tags text[],
    document jsonb,
    address inet,
    token uuid,
    changed timestamptz,
    doubled int GENERATED ALWAYS AS (double(7)) STORED
  );
  COMMENT ON TABLE customers IS E'who buys\nfrom us; -- \\! true';
  CREATE TRIGGER touched BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION touch();
  INSERT INTO customers (email, attributes, place, during, balance, raw, tags, document, address, token)
    SELECT 'a' || g || '@example.org', 'a=>1', ROW('x', g)::warehouse.place, '[0,1.5)'::span, g, decode('00ff' || lpad(to_hex(g), 4, '0'), 'hex'),
           ARRAY['a,b', NULL, '"'], jsonb_build_object('n', g, 'text', E'\t\n\\."'), '10.0.0.1', gen_random_uuid()
      FROM generate_series(1, 500) g;
  CREATE TABLE orders (
    id serial, placed date NOT NULL, customer bigint REFERENCES customers ON DELETE CASCADE, PRIMARY KEY (id, placed)
  ) PARTITION BY RANGE (placed);
  CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE orders_2026 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (id);
  CREATE TABLE orders_2026_rest PARTITION OF orders_2026 DEFAULT;
  CREATE INDEX ON orders (customer);
  INSERT INTO orders (placed, customer) SELECT DATE '2025-06-01' + g, g FROM generate_series(1, 400) g;
  CREATE TABLE parents (a int);
  CREATE TABLE children (b int) INHERITS (parents);
  INSERT INTO parents VALUES (1); INSERT INTO children VALUES (2, 3);
  CREATE UNLOGGED TABLE cache AS SELECT 1 AS one;
  CREATE SEQUENCE warehouse.tickets INCREMENT 7 START 100;
  SELECT nextval('warehouse.tickets'), nextval('warehouse.tickets');
  CREATE VIEW recent AS SELECT id FROM orders WHERE placed > '2026-01-01';
  CREATE MATERIALIZED VIEW by_customer AS SELECT customer, count(*) AS n FROM orders GROUP BY 1;
  CREATE UNIQUE INDEX ON by_customer (customer);
  CREATE MATERIALIZED VIEW empty_so_far AS SELECT 1 AS one WITH NO DATA;
  CREATE RULE no_news AS ON DELETE TO parents DO INSTEAD NOTHING;
  CREATE STATISTICS related ON id, customer FROM orders;
  CREATE TEXT SEARCH CONFIGURATION searching (COPY = simple);
  CREATE PUBLICATION news FOR TABLE customers;
  CREATE TABLE secrets (owner text, value text);
  ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON secrets USING (owner = current_user);
  INSERT INTO secrets VALUES ('somebody', 'else''s');
  CREATE INDEX by_double ON customers (double(length(email::text)));
  CREATE TABLE "Weird ""name""; DROP TABLE x; --" ("a'b" int, "select" text, "ü€" text);
  CREATE TABLE "new
line \! touch /tmp/slipway-was-here
\restrict x" ("c
d" int);
  INSERT INTO "new
line \! touch /tmp/slipway-was-here
\restrict x" VALUES (1);
`;

describe('backups of a shared Postgres', () => {
  const tenants = useTenants();

  /** What another dump shows of a database, in words, with the names of no role in them. */
  const describeDatabase = async (target: DatabaseTarget) => {
    const tools = findTools({ version: '18' });
    const { stdout } = await promisify(execFile)(
      tools!.dump,
      [
        '--no-owner',
        '--no-privileges',
        '--restrict-key=same',
        '--host=127.0.0.1',
        `--port=${tenants.harness.postgres.port}`,
        '--username=postgres',
        target.externalName,
      ],
      {
        env: {
          PATH: process.env.PATH,
          PGPASSWORD: tenants.harness.postgres.password,
        },
        maxBuffer: 2 ** 26,
      },
    );
    return stdout;
  };

  it('hold all that a tenant can make', async () => {
    const [source, copy] = [
      await tenants.provision('source'),
      await tenants.provision('copy'),
    ];
    const app = await tenants.login(source);
    await app.query(EVERYTHING);
    const object = await app.query(`SELECT lo_from_bytea(0, 'large')`);
    expect(object.rowCount).toBe(1);
    const dump = await tenants.backUp(source);
    expect(dump).toMatchObject({
      format: 'pg_dump-custom',
      serverVersion: expect.stringMatching(/^18\.\d+$/),
      contents: {
        schemas: 2,
        tables: 11,
        views: 1,
        materializedViews: 2,
        sequences: 3,
        extensions: 2,
        largeObjects: 1,
        rows: 500 + 400 + 2 + 1 + 1 + 1,
      },
    });
    await expect(tenants.restore(copy, dump)).resolves.toEqual({
      contents: dump.contents,
    });
    expect(await describeDatabase(copy)).toBe(await describeDatabase(source));

    // Once more over what is there.
    await expect(tenants.restore(copy, dump)).resolves.toEqual({
      contents: dump.contents,
    });
    expect(await describeDatabase(copy)).toBe(await describeDatabase(source));
  });

  it('give what was restored to the owner of the copy, and the rights to its roles', async () => {
    const [source, copy] = [
      await tenants.provision('source'),
      await tenants.provision('copy'),
    ];
    const app = await tenants.login(source);
    await app.query(EVERYTHING);
    // Something that belongs to the login itself, and something of a person.
    await app.query(
      `SET ROLE NONE; CREATE TABLE mine AS SELECT 1 AS one; CREATE SCHEMA IF NOT EXISTS warehouse`,
    );
    await tenants.restore(copy, await tenants.backUp(source));

    const names = tenantNames(copy.externalName);
    const admin = await tenants.asAdmin(copy);
    const { rows: owners } = await admin.query(
      `SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.deptype = 'o' AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(owners).toEqual([{ rolname: names.owner }]);
    const { rows: granted } = await admin.query(
      `SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.deptype = 'a' AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY 1`,
    );
    expect(granted.map(({ rolname }) => rolname)).toEqual([names.ro, names.rw]);

    const password = 'of-a-person';
    const logins = [];
    for (const access of ['read-only', 'read-write'] as const) {
      const { username } =
        await tenants.harness.provider.credentials.personal.grant(
          copy,
          {
            loginId: randomUUID(),
            person: 'user:default/nora.lind',
            access,
            expiresAt: new Date(Date.now() + 3_600_000),
            password,
          },
          tenants.context(),
        );
      logins.push(await tenants.login(copy, { user: username, password }));
    }
    const [reader, writer] = logins;
    const { rows } = await reader.query(
      'SELECT count(*)::int AS n FROM customers',
    );
    expect(rows).toEqual([{ n: 500 }]);
    await expect(reader.query('DELETE FROM orders')).rejects.toThrow();
    await writer.query('DELETE FROM orders');
    await writer.query(`SELECT nextval('orders_id_seq')`);
    const own = await tenants.login(copy);
    await own.query('DROP TABLE mine; DROP SCHEMA warehouse CASCADE');
  });

  it('are restored in place over what belongs to a login itself', async () => {
    const target = await tenants.provision('source');
    const { owner } = tenantNames(target.externalName);
    const app = await tenants.login(target);
    await app.query(EVERYTHING);
    await app.query(`
      SET ROLE NONE;
      CREATE TABLE mine AS SELECT 1 AS one;
      CREATE SCHEMA own; GRANT ALL ON SCHEMA own TO "${owner}";
      CREATE TABLE own.t AS SELECT 2 AS two; CREATE TABLE own.of_owner AS SELECT 3 AS three;
      ALTER TABLE own.of_owner OWNER TO "${owner}";
      CREATE EXTENSION pg_trgm SCHEMA own;
      CREATE PUBLICATION mine FOR TABLE mine;
      SELECT lo_from_bytea(4711, 'of a login')`);
    const dump = await tenants.backUp(target);
    const before = await describeDatabase(target);
    await app.query(`
      INSERT INTO mine VALUES (7); CREATE SCHEMA later; CREATE VIEW later.v AS SELECT * FROM mine;
      SELECT lo_from_bytea(4712, 'later')`);
    const { provider } = tenants.harness;
    await provider.suspend(target, tenants.context());
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(tenants.restore(target, dump)).resolves.toEqual({
        contents: dump.contents,
      });
      expect(await describeDatabase(target)).toBe(before);
    }

    await provider.resume(target, tenants.context());
    const again = await tenants.login(target);
    const { rows } = await again.query(
      `SELECT convert_from(lo_get(4711), 'UTF8') AS object, (SELECT count(*)::int FROM mine) AS n`,
    );
    expect(rows).toEqual([{ object: 'of a login', n: 1 }]);
  });

  it('keep what an owner has taken away from others, or given them', async () => {
    const [source, copy] = [
      await tenants.provision('source'),
      await tenants.provision('copy'),
    ];
    const app = await tenants.login(source);
    const { owner, rw, ro } = tenantNames(source.externalName);
    await app.query(`
      CREATE TABLE plain (a int);
      CREATE TABLE secret (a int, b int);
      REVOKE ALL ON secret FROM "${ro}"; GRANT SELECT (b) ON secret TO "${ro}";
      CREATE TABLE "for; all"" TO
        " (a int); GRANT SELECT ON "for; all"" TO
        " TO PUBLIC;
      CREATE TABLE kept (a int); REVOKE ALL ON kept FROM "${rw}", "${ro}"; REVOKE INSERT ON kept FROM "${owner}";
      CREATE FUNCTION f(a int, b numeric(3, 2)) RETURNS int LANGUAGE sql AS 'SELECT 1';
      REVOKE ALL ON FUNCTION f FROM PUBLIC; GRANT EXECUTE ON FUNCTION f TO "${rw}";
      CREATE SCHEMA own; REVOKE ALL ON SCHEMA own FROM "${ro}"; CREATE SEQUENCE own.numbers;
      CREATE TYPE kind AS ENUM ('a'); REVOKE ALL ON TYPE kind FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT EXECUTE ON FUNCTIONS TO "${ro}"`);
    const rightsOf = async (target: DatabaseTarget) => {
      const admin = await tenants.asAdmin(target);
      const { rows } = await admin.query(
        `SELECT format('%s %s %s', kind, name, array_to_string(ARRAY(SELECT unnest(acl)::text ORDER BY 1), ' ')) AS line FROM (
           SELECT 'relation' AS kind, relname AS name, relacl AS acl FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'own')
           UNION ALL SELECT 'column', attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16384
           UNION ALL SELECT 'function', proname, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace
           UNION ALL SELECT 'schema', nspname, nspacl FROM pg_namespace WHERE nspname IN ('public', 'own')
           UNION ALL SELECT 'type', typname, typacl FROM pg_type WHERE typname = 'kind'
           UNION ALL SELECT 'default', concat(defaclnamespace::regnamespace, defaclobjtype), defaclacl FROM pg_default_acl
         ) things ORDER BY 1`,
      );
      return rows.map(({ line }) =>
        line.replaceAll(target.externalName, 'database'),
      );
    };
    await tenants.restore(copy, await tenants.backUp(source));
    expect(await rightsOf(copy)).toEqual(await rightsOf(source));
  });

  it('are refused where rows would be missing, and the table is named', async () => {
    const source = await tenants.provision('source');
    const app = await tenants.login(source);
    await app.query(`CREATE TABLE hidden (a int); INSERT INTO hidden VALUES (1);
      ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY`);
    await expect(tenants.backUp(source)).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('public.hidden'),
    });
    await app.query('ALTER TABLE hidden NO FORCE ROW LEVEL SECURITY');
    await expect(tenants.backUp(source)).resolves.toMatchObject({
      contents: { rows: 1 },
    });
    await app.query(
      `REVOKE SELECT ON hidden FROM "${tenantNames(source.externalName).owner}"`,
    );
    await expect(tenants.backUp(source)).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('hidden'),
    });
  });

  it('find a place where all connections of the database are taken', async () => {
    const source = await tenants.provision('source');
    const app = await tenants.login(source);
    await app.query('CREATE TABLE t AS SELECT 1 AS one');
    const sessions = [app];
    for (;;) {
      const next = await tenants.login(source).catch(() => undefined);
      if (!next) break;
      sessions.push(next);
    }
    expect(sessions).toHaveLength(10);
    await expect(tenants.backUp(source)).resolves.toMatchObject({
      contents: { rows: 1 },
    });
    for (const session of sessions) {
      await session.query('SELECT 1');
    }
    await expect(
      tenants.harness.provider.observe(source, {
        spec: tenants.harness.spec('source'),
      }),
    ).resolves.toMatchObject({ drift: [] });
  });

  it('take no more of the table of locks than one tenant may', async () => {
    const source = await tenants.provision('source');
    const app = await tenants.login(source);
    await app.query(
      `DO $$ BEGIN FOR n IN 1..120 LOOP EXECUTE format('CREATE TABLE t%s (a text)', n); END LOOP; END $$`,
    );
    const provider = PostgresDatabaseProvider.create({
      ...tenants.harness.config,
      locks: { suspendAfter: 3, perDatabase: 100 },
    });
    try {
      await expect(tenants.backUp(source, provider)).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringMatching(/here 120 .* may hold 100 locks/),
      });
    } finally {
      await provider.close();
    }
    const dump = await tenants.backUp(source);
    const copy = await tenants.provision('copy');
    await expect(tenants.restore(copy, dump)).resolves.toEqual({
      contents: dump.contents,
    });
  });

  it('end with what is wrong when they do not fit', async () => {
    const [source, copy] = [
      await tenants.provision('source'),
      await tenants.provision('copy'),
    ];
    const app = await tenants.login(source);
    // Restored with nothing on the search path, the function does not find its table.
    await app.query(`CREATE TABLE numbers AS SELECT 1 AS n;
      CREATE FUNCTION known(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT n FROM numbers) + a; END';
      CREATE TABLE t (a int CHECK (known(a) > 0));
      INSERT INTO t VALUES (4711)`);
    const dump = await tenants.backUp(source);
    const failure = await tenants.restore(copy, dump).catch(error => error);
    expect(failure).toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('relation "numbers" does not exist'),
    });
    expect(failure.message).not.toMatch(/CREATE|4711/);
    const admin = await tenants.asAdmin(copy);
    const { rows } = await admin.query(
      `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('are not offered where there are no programs for them', async () => {
    const provider = PostgresDatabaseProvider.create({
      ...tenants.harness.config,
      tools: '/nonexistent',
    });
    expect(provider.capabilities()).toMatchObject({
      backup: false,
      restore: false,
      notes: expect.arrayContaining([
        expect.stringContaining('pg_dump and pg_restore of Postgres 18'),
      ]),
    });
    expect(provider.backup).toBeUndefined();
    expect(provider.restore).toBeUndefined();
    await provider.close();
  });
});

// When the programs have just begun, and when they are in the middle of it.
describe.each([100, 500])('a server that is gone after %d ms', ms => {
  const tenants = useTenants();

  it('is waited for', async () => {
    const source = await tenants.provision('source');
    const app = await tenants.login(source);
    await app.query(
      `CREATE TABLE large AS SELECT md5(random()::text) AS a FROM generate_series(1, 300000)`,
    );
    // Takes nothing, so that it does not end before.
    const sink = new Writable({ highWaterMark: 1, write() {} });
    const backing = tenants.harness.provider.backup!(
      source,
      sink,
      tenants.context(),
    ).catch(error => error);
    await new Promise(resolve => setTimeout(resolve, ms));
    await tenants.harness.postgres.kill();
    expect(await backing).toMatchObject({ name: 'RetryableError' });
  });
});
