import { randomBytes, randomUUID } from 'node:crypto';
import { DatabaseSpec, DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

// Locks are waited for, and what was made by then is put in order.
jest.setTimeout(180_000);

describe('the rights of people’s logins', () => {
  let harness: PostgresHarness;
  let target: DatabaseTarget;
  let spec: DatabaseSpec;
  let app: Client;
  const clients: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  const login = async (user: string) => {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database: target.externalName,
    });
    client.on('error', () => {
      // Ended by the server.
    });
    await client.connect();
    clients.push(client);
    return client;
  };
  const personal = async (access: 'read-only' | 'read-write') => {
    const { username } = await harness.provider.credentials.personal.grant(
      target,
      {
        loginId: randomUUID(),
        person: 'user:default/nora.lind',
        access,
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
    return login(username);
  };
  const drift = async () =>
    (await harness.provider.observe(target, { spec })).drift;
  const mend = async () => {
    for (const { id } of harness.provider.steps()) {
      await harness.provider.ensure(id, { target, spec }, context());
    }
  };
  /** SQLSTATE of a refusal; undefined when the server did it. */
  const refusal = (client: Client, sql: string): Promise<string | undefined> =>
    client.query(sql).then(
      () => undefined,
      error => error.code,
    );

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());
  beforeEach(async () => {
    const name = `rights-${randomBytes(3).toString('hex')}`;
    ({ target, spec } = await provisionTenant(harness, {
      name,
      password,
      context,
    }));
    app = await login(tenantNames(target.externalName).logins.a);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(client => client.end()));
  });

  it('come back after a build dropped all that it owned, also on what was made since', async () => {
    const { rw, ro } = tenantNames(target.externalName);
    const [reader, writer] = [
      await personal('read-only'),
      await personal('read-write'),
    ];
    await app.query('DROP OWNED BY CURRENT_USER');
    await app.query('CREATE SCHEMA public');
    await app.query('CREATE SCHEMA "Own ""things"""');
    for (const schema of ['public', '"Own ""things"""']) {
      await app.query(`CREATE TABLE ${schema}."Boats" (id serial, name text)`);
    }
    // They cannot even see what is there.
    expect(await refusal(reader, 'TABLE public."Boats"')).toBe('42501');
    expect(await drift()).toEqual(
      [ro, rw].map(role => ({
        what: 'default-privileges',
        wanted:
          'rights of people’s logins on new schemas, tables and sequences',
        found: `none, or not all, for ${role}`,
      })),
    );
    expect(await harness.provider.observe(target)).toMatchObject({
      status: 'partial',
    });

    await mend();
    expect(await drift()).toEqual([]);
    await app.query('CREATE TABLE public.later (id serial, name text)');
    for (const table of [
      'public."Boats"',
      '"Own ""things"""."Boats"',
      'public.later',
    ]) {
      const insert = `INSERT INTO ${table} (name) VALUES ('Nina')`;
      expect(await refusal(writer, insert)).toBeUndefined();
      const { rows } = await reader.query(`SELECT name FROM ${table}`);
      expect(rows).toEqual([{ name: 'Nina' }]);
      expect(await refusal(reader, insert)).toBe('42501');
    }
  });

  it.each([
    ['a new table', 'LOCK TABLE kept.boats IN ACCESS EXCLUSIVE MODE'],
    ['a new schema', 'ALTER SCHEMA kept RENAME TO mine'],
    [
      'the rights on what is to come',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    ],
    ['the schema public', 'ALTER SCHEMA public RENAME TO mine'],
  ])(
    'come back while the tenant holds %s in a transaction that never ends',
    async (_, hold) => {
      await app.query('DROP OWNED BY CURRENT_USER');
      await app.query(
        'CREATE SCHEMA public; CREATE SCHEMA kept; CREATE TABLE kept.boats ()',
      );
      const holder = await login(tenantNames(target.externalName).logins.a);
      holder.on('error', () => {
        // Ended by the platform.
      });
      await holder.query('SET idle_in_transaction_session_timeout = 0');
      await holder.query('BEGIN');
      await holder.query(hold);
      await mend();
      expect(await drift()).toEqual([]);
      const reader = await personal('read-only');
      expect(await refusal(reader, 'TABLE kept.boats')).toBeUndefined();
    },
  );

  it('come back while the tenant makes things without end', async () => {
    await app.query('DROP OWNED BY CURRENT_USER');
    await app.query('CREATE SCHEMA public');
    const { logins } = tenantNames(target.externalName);
    const makers = await Promise.all(
      Array.from({ length: 2 }, () => login(logins.a)),
    );
    const making = makers.map((maker, index) =>
      maker.query(
        `DO $$ BEGIN FOR i IN 1..1000000 LOOP
           EXECUTE format('CREATE SCHEMA s_${index}_%s', i); COMMIT;
         END LOOP; END $$`,
      ),
    );
    making.forEach(each => each.catch(() => undefined));
    try {
      await mend();
    } finally {
      await harness.admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1',
        [logins.a],
      );
      await Promise.allSettled(making);
    }
    expect(await drift()).toEqual([]);
  });

  it('are seen as missing when one of them was taken', async () => {
    const { ro } = tenantNames(target.externalName);
    await app.query(
      `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM "${ro}"`,
    );
    expect(await drift()).toMatchObject([
      { what: 'default-privileges', found: expect.stringContaining(ro) },
    ]);
    await mend();
    expect(await drift()).toEqual([]);
  });

  it('stay as the owner of a table has set them', async () => {
    const { rw, ro } = tenantNames(target.externalName);
    await app.query('CREATE TABLE salaries (id int)');
    await app.query(`REVOKE ALL ON salaries FROM "${ro}", "${rw}"`);
    await app.query('ALTER SCHEMA public RENAME TO kept');
    await app.query(`REVOKE USAGE ON SCHEMA kept FROM "${rw}"`);
    await mend();
    const reader = await personal('read-only');
    expect(await refusal(reader, 'TABLE kept.salaries')).toBe('42501');
    const writer = await personal('read-write');
    expect(await refusal(writer, 'TABLE kept.salaries')).toBe('42501');
  });

  it('come back on many things at once', async () => {
    await app.query('DROP OWNED BY CURRENT_USER');
    await app.query('CREATE SCHEMA many');
    await app.query(
      `DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('CREATE TABLE many.t%s ()', i); END LOOP; END $$`,
    );
    await mend();
    const reader = await personal('read-only');
    const { rows } = await reader.query(
      `SELECT count(*)::int AS readable FROM pg_class
        WHERE relnamespace = 'many'::regnamespace AND has_table_privilege(oid, 'SELECT')`,
    );
    expect(rows).toEqual([{ readable: 450 }]);
  });
});
