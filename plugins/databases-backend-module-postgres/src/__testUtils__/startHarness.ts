import { randomBytes } from 'node:crypto';
import { DatabaseSpec } from '@slipway/plugin-databases-node';
import {
  ConformanceHarness,
  ConformanceSession,
} from '@slipway/plugin-databases-node/testUtils';
import { Client } from 'pg';
import { bootstrapServer } from '../bootstrapServer';
import { PostgresProviderConfig } from '../config';
import { PostgresDatabaseProvider } from '../PostgresDatabaseProvider';
import { startPostgres, TestPostgres } from './startPostgres';

export interface PostgresHarness extends ConformanceHarness {
  provider: PostgresDatabaseProvider;
  postgres: TestPostgres;
  config: PostgresProviderConfig;
  admin: Client;
}

export const limits = {
  storageGiB: 1,
  connectionLimit: 10,
  statementTimeoutSeconds: 30,
};

/** A server of its own, prepared as an administrator would, and a provider. */
export async function startHarness(
  settings: Record<string, string> = {},
): Promise<PostgresHarness> {
  const postgres = await startPostgres(settings);
  const admin = await postgres.admin();
  const password = randomBytes(12).toString('hex');
  const options = { provisioner: 'provisioner', password };
  await bootstrapServer(admin, options);
  // Once more: it may be run again.
  await bootstrapServer(admin, options);
  const config: PostgresProviderConfig = {
    id: 'shared',
    title: 'Shared Postgres',
    environments: ['development'],
    version: '18',
    maxConcurrency: 4,
    locks: { suspendAfter: 3 },
    connection: {
      host: '127.0.0.1',
      port: postgres.port,
      user: 'provisioner',
      password,
    },
  };
  const provider = PostgresDatabaseProvider.create(config);
  return {
    postgres,
    config,
    admin,
    provider,
    spec: (name): DatabaseSpec => ({
      name,
      environment: 'development',
      engine: 'postgres',
      size: 'small',
      limits,
      owner: 'group:default/team-orders',
    }),
    inventory: () => takeInventory(admin),
    async createUnmarked(name) {
      await admin.query(`CREATE DATABASE "${name}" OWNER provisioner`);
      await admin.query(`CREATE ROLE "${name}_owner" ROLE provisioner`);
    },
    async removeUnmarked(name) {
      await admin.query(`DROP DATABASE "${name}"`);
      await admin.query(`DROP ROLE "${name}_owner"`);
    },
    connect: login => connect(login),
    async stop() {
      await provider.close();
      await postgres.stop();
    },
  };
}

async function connect(
  login: Parameters<ConformanceHarness['connect']>[0],
): Promise<ConformanceSession> {
  const { host, port, database } = login.endpoint;
  const { username: user, password } = login;
  const client = new Client({ host, port, database, user, password });
  client.on('error', () => {
    // Ended by the server; isAlive tells.
  });
  await client.connect();
  return {
    async write(key, value) {
      const { rows } = await client.query(`SELECT to_regclass('things') AS t`);
      if (!rows[0].t) {
        await client.query(
          'CREATE TABLE things (key text PRIMARY KEY, value text)',
        );
      }
      await client.query(
        `INSERT INTO things VALUES ($1, $2)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [key, value],
      );
    },
    async read(key) {
      const { rows } = await client.query(
        'SELECT value FROM things WHERE key = $1',
        [key],
      );
      return rows[0]?.value;
    },
    isAlive: () =>
      client.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    close: () => client.end(),
  };
}

/** Roles with passwords and memberships, databases with rights and settings. */
async function takeInventory(admin: Client): Promise<string[]> {
  const { rows } = await admin.query(`
    SELECT format('role %s %s', rolname, concat_ws(' ', rolsuper, rolinherit, rolcreaterole,
             rolcreatedb, rolcanlogin, rolconnlimit, rolpassword, rolvaliduntil,
             shobj_description(oid, 'pg_authid'))) AS line
      FROM pg_authid
    UNION ALL
    SELECT format('member %s of %s by %s %s %s %s', m.member::regrole, m.roleid::regrole,
             m.grantor::regrole, m.admin_option, m.inherit_option, m.set_option)
      FROM pg_auth_members m
    UNION ALL
    SELECT format('database %s of %s %s', datname, datdba::regrole, concat_ws(' ',
             datallowconn, datconnlimit, datacl::text, shobj_description(oid, 'pg_database')))
      FROM pg_database
    UNION ALL
    SELECT format('setting %s %s %s', setdatabase, setrole, setconfig) FROM pg_db_role_setting
    ORDER BY line`);
  return rows.map(row => row.line);
}
