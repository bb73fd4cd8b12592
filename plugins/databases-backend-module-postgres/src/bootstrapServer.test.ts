import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { limits } from './__testUtils__/startHarness';
import { startPostgres, TestPostgres } from './__testUtils__/startPostgres';
import { bootstrapServer } from './bootstrapServer';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('bootstrapServer', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres({ max_prepared_transactions: '5' });
  });
  afterAll(() => postgres?.stop());

  it('refuses a server that has prepared transactions, and changes nothing', async () => {
    const admin = await postgres.admin();
    await expect(
      bootstrapServer(admin, { provisioner: 'slipway', password: 'secret' }),
    ).rejects.toThrow(
      'The server has max_prepared_transactions = 5. Set it to 0 and start the server anew: a tenant’s prepared transaction would hold locks that belong to no session, which nobody could end.',
    );
    const { rows } = await admin.query(
      `SELECT rolname FROM pg_roles WHERE rolname = 'slipway'
       UNION ALL SELECT datname FROM pg_database WHERE datname = 'slipway_neighbour'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('bootstrapServer, run by an administrator who is no superuser', () => {
  let postgres: TestPostgres;
  let master: Client;
  const password = 'of-the-master';

  beforeAll(async () => {
    postgres = await startPostgres();
    const admin = await postgres.admin();
    // As AWS RDS makes it.
    await admin.query(
      `CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`,
    );
    await admin.query('ALTER DATABASE postgres OWNER TO master');
    await admin.query('ALTER DATABASE template1 OWNER TO master');
    await admin.query('CREATE DATABASE rdsadmin');
    const { rows } = await admin.query('SHOW hba_file');
    const file = rows[0].hba_file;
    await admin.query(
      `COPY (SELECT 'host rdsadmin all all reject' UNION ALL SELECT line FROM unnest(string_to_array(pg_read_file('${file}'), E'\n')) line)
         TO PROGRAM 'cat > ${file}.new && mv ${file}.new ${file}'`,
    );
    await admin.query('SELECT pg_reload_conf()');
    master = new Client({
      host: '127.0.0.1',
      port: postgres.port,
      user: 'master',
      password,
      database: 'postgres',
    });
    await master.connect();
  });
  afterAll(async () => {
    await master?.end();
    await postgres?.stop();
  });

  it('prepares it all the same, and a tenant is kept out of what the server keeps for itself', async () => {
    const options = { provisioner: 'slipway', password: 'of-the-provisioner' };
    await bootstrapServer(master, options);
    await bootstrapServer(master, options);
    const provider = PostgresDatabaseProvider.create({
      id: 'managed',
      title: 'Managed Postgres',
      environments: ['development'],
      version: '18',
      maxConcurrency: 2,
      locks: { suspendAfter: 3 },
      connection: {
        host: '127.0.0.1',
        port: postgres.port,
        user: options.provisioner,
        password: options.password,
      },
    });
    const id = randomUUID();
    const target = {
      id,
      externalName: provider.externalName({ id, name: 'orders' }),
    };
    const spec = {
      name: 'orders',
      environment: 'development',
      engine: 'postgres',
      size: 'small',
      limits,
      owner: 'group:default/team-orders',
    } as const;
    const context = { idempotencyKey: 'once', fence: 1n };
    const login = { slot: 'a', password: 'of-the-application' } as const;
    try {
      for (const step of provider.steps()) {
        await provider.ensure(step.id, { target, spec }, context);
      }
      await provider.credentials.stage(target, login, context);
      const { passed, checks } = await provider.credentials.verify(
        target,
        login,
      );
      expect(checks).toContainEqual(
        expect.objectContaining({
          title: 'Entering "rdsadmin" is refused',
          passed: true,
        }),
      );
      expect(passed).toBe(true);
      await provider.destroy(target, context);
    } finally {
      await provider.close();
    }
  });

  it('does not work with a role that may do more than it should', async () => {
    const admin = await postgres.admin();
    await admin.query('CREATE ROLE mighty BYPASSRLS');
    await admin.query('GRANT mighty TO master WITH ADMIN TRUE');
    await expect(
      bootstrapServer(master, { provisioner: 'mighty', password: 'x' }),
    ).rejects.toThrow('The role "mighty" has more rights');
  });
});
