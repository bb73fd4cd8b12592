import type { Client } from 'pg';
import { useTenants } from './__testUtils__/useTenants';

jest.setTimeout(120_000);

describe('a database that the platform does not own', () => {
  const tenants = useTenants();
  const provider = () => tenants.harness.provider;
  const clients: Client[] = [];

  beforeAll(async () => {
    const { admin, postgres } = tenants.harness;
    await admin.query(`CREATE ROLE legacy_owner LOGIN PASSWORD 'legacy'`);
    await admin.query(`CREATE ROLE reports LOGIN PASSWORD 'reports'`);
    await admin.query('CREATE DATABASE legacy OWNER legacy_owner');
    await admin.query('GRANT CONNECT ON DATABASE legacy TO reports');
    await admin.query('CREATE DATABASE hidden OWNER legacy_owner');
    await admin.query('REVOKE CONNECT ON DATABASE hidden FROM PUBLIC');
    await admin.query('CREATE DATABASE of_admin');
    await admin.query('CREATE DATABASE "Odd Name" OWNER legacy_owner');
    const inside = await postgres.admin('legacy');
    await inside.query('CREATE SCHEMA sales AUTHORIZATION legacy_owner');
    await inside.query('CREATE TABLE sales.orders (id int)');
    await inside.query('GRANT CREATE ON SCHEMA public TO PUBLIC');
    await inside.end();
  });
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map(client => client.end()));
  });

  /** All that could be altered about the server and what is in the database. */
  const everything = async () => {
    const inside = await tenants.harness.postgres.admin('legacy');
    const { rows } = await inside.query(
      `SELECT c.oid, c.relname, c.relacl::text, n.nspacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('sales', 'public')`,
    );
    await inside.end();
    return [rows, await tenants.harness.inventory()];
  };

  it('is listed, and what is the platform’s or the server’s own is not', async () => {
    const ours = await tenants.provision('orders-db');
    const names = (await provider().listForeign()).map(({ name }) => name);
    expect(names).toEqual(['Odd Name', 'hidden', 'legacy', 'of_admin']);
    expect(await provider().inspect(ours.externalName)).toBeUndefined();
    expect(await provider().inspect('postgres')).toBeUndefined();
    expect(await provider().inspect('no_such_database')).toBeUndefined();
  });

  it('is looked at from all sides, and nothing is altered by it', async () => {
    const before = await everything();
    const reports = await tenants.harness.postgres.admin('legacy');
    clients.push(reports);
    const seen = await provider().inspect('legacy');
    expect(seen).toMatchObject({
      name: 'legacy',
      owner: 'legacy_owner',
      encoding: 'UTF8',
      sizeBytes: expect.any(Number),
      inside: {
        extensions: [{ name: 'plpgsql' }],
        schemas: [
          { name: 'public', tables: 0 },
          { name: 'sales', owner: 'legacy_owner', tables: 1 },
        ],
      },
      obstacles: [],
      unseen: [],
    });
    expect(seen).not.toHaveProperty('connectionLimit');
    const by = new Map(seen?.logins.map(login => [login.name, login.by]));
    expect(by.get('legacy_owner')).toBe('owner');
    expect(by.get('reports')).toBe('grant');
    expect([...by.values()]).toContain('administrator');
    expect(seen?.logins.some(({ sessions }) => sessions > 0)).toBe(true);
    expect(seen?.differences.map(({ what }) => what)).toEqual([
      'public-access',
      'owner',
      'logins',
      'connection-limit',
      'statement-timeout',
      'public-create',
    ]);
    expect(seen?.wouldChange.join(' ')).toMatch(/Its data, its name/);
    expect(await everything()).toEqual(before);
  });

  it('says what it may not see, and raises nothing to see it', async () => {
    const hidden = await provider().inspect('hidden');
    expect(hidden).not.toHaveProperty('inside');
    expect(hidden).not.toHaveProperty('sizeBytes');
    expect(hidden?.unseen).toEqual([
      'How large it is: the platform may not connect to it.',
      'What is in it, extensions and schemas: the platform may not connect to it.',
    ]);
    const { admin } = tenants.harness;
    await admin.query('ALTER DATABASE legacy CONNECTION LIMIT 0');
    const full = await provider().inspect('legacy');
    expect(full?.unseen).toEqual([
      'What is in it, extensions and schemas: it did not let the platform look.',
    ]);
    const { rows } = await admin.query(
      `SELECT datconnlimit FROM pg_database WHERE datname = 'legacy'`,
    );
    expect(rows).toEqual([{ datconnlimit: 0 }]);
    await admin.query('ALTER DATABASE legacy CONNECTION LIMIT -1');
  });

  it('names what would keep it from being adopted', async () => {
    expect((await provider().inspect('of_admin'))?.obstacles).toEqual([
      expect.stringMatching(/an administrator of the server/),
    ]);
    expect((await provider().inspect('Odd Name'))?.obstacles).toEqual([
      expect.stringMatching(/^Its name holds signs/),
    ]);
  });
});
