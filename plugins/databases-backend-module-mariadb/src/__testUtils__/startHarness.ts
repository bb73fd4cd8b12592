import { randomBytes } from 'node:crypto';
import { DatabaseSpec } from '@slipway/plugin-databases-node';
import {
  ConformanceHarness,
  ConformanceSession,
} from '@slipway/plugin-databases-node/testUtils';
import { Connection, createConnection, RowDataPacket } from 'mysql2/promise';
import { bootstrapServer } from '../bootstrapServer';
import { MariaDbProviderConfig } from '../config';
import { tenantNames } from '../identifiers';
import { MariaDbDatabaseProvider } from '../MariaDbDatabaseProvider';
import { startMariaDb, TestMariaDb } from './startMariaDb';

export interface MariaDbHarness extends ConformanceHarness {
  provider: MariaDbDatabaseProvider;
  mariaDb: TestMariaDb;
  config: MariaDbProviderConfig;
  admin: Connection;
}

export const limits = {
  storageGiB: 1,
  connectionLimit: 10,
  statementTimeoutSeconds: 30,
};

/** A server of its own, prepared as an administrator would, and a provider. */
export async function startHarness(
  settings: Record<string, string> = {},
): Promise<MariaDbHarness> {
  const mariaDb = await startMariaDb(settings);
  const admin = await mariaDb.admin();
  const password = randomBytes(12).toString('hex');
  const options = { provisioner: 'provisioner', password };
  await bootstrapServer(admin, options);
  // Once more: it may be run again.
  await bootstrapServer(admin, options);
  const config: MariaDbProviderConfig = {
    id: 'shared-mariadb',
    title: 'Shared MariaDB',
    environments: ['development'],
    version: '10.11',
    maxConcurrency: 4,
    connection: {
      host: '127.0.0.1',
      port: mariaDb.port,
      user: 'provisioner',
      password,
    },
  };
  const provider = MariaDbDatabaseProvider.create(config);
  const harness: MariaDbHarness = {
    mariaDb,
    config,
    admin,
    provider,
    spec: (name): DatabaseSpec => ({
      name,
      environment: 'development',
      engine: 'mysql',
      size: 'small',
      limits,
      owner: 'group:default/team-orders',
    }),
    inventory: () => takeInventory(harness.admin),
    async createUnmarked(name) {
      await harness.admin.query(`CREATE DATABASE \`${name}\``);
      await admin.query(`CREATE USER '${tenantNames(name).logins.a}'@'%'`);
    },
    async removeUnmarked(name) {
      await admin.query(`DROP DATABASE \`${name}\``);
      await admin.query(`DROP USER '${tenantNames(name).logins.a}'@'%'`);
    },
    connect,
    async stop() {
      await harness.provider.close();
      await mariaDb.stop();
    },
  };
  return harness;
}

export async function connect(
  login: Parameters<ConformanceHarness['connect']>[0],
): Promise<ConformanceSession & { connection: Connection }> {
  const { host, port, database } = login.endpoint;
  const connection = await createConnection({
    host,
    port,
    database,
    user: login.username,
    password: login.password,
  });
  connection.on('error', () => {
    // Ended by the server; isAlive tells.
  });
  return {
    connection,
    async write(key, value) {
      const [tables] = await connection.query<RowDataPacket[]>(
        `SHOW TABLES LIKE 'things'`,
      );
      if (tables.length === 0) {
        await connection.query(
          'CREATE TABLE things (name varchar(50) PRIMARY KEY, value text)',
        );
      }
      await connection.query(
        'INSERT INTO things VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)',
        [key, value],
      );
    },
    async read(key) {
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT value FROM things WHERE name = ?',
        [key],
      );
      return rows[0]?.value;
    },
    isAlive: () =>
      connection.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    async close() {
      connection.destroy();
    },
  };
}

/** Logins with passwords, limits and rights; databases; what the registry says; events. */
async function takeInventory(admin: Connection): Promise<string[]> {
  const [rows] = await admin.query<RowDataPacket[]>(`
    SELECT CONCAT_WS(' ', 'login', User, Host, JSON_REMOVE(Priv, '$.password_last_changed')) AS line FROM mysql.global_priv
    UNION ALL
    SELECT CONCAT_WS(' ', 'rights', Host, Db, User, Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv,
        Grant_priv, References_priv, Index_priv, Alter_priv, Create_view_priv, Create_routine_priv, Event_priv, Trigger_priv) FROM mysql.db
    UNION ALL
    SELECT CONCAT_WS(' ', 'database', SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, SCHEMA_COMMENT) FROM information_schema.SCHEMATA
    UNION ALL
    SELECT CONCAT_WS(' ', 'tenant', id, external_name, name, environment, owner, fence, active, suspended) FROM slipway.tenants
    UNION ALL
    SELECT CONCAT_WS(' ', 'registered', username, tenant_id, kind, login_id, access, expires_at) FROM slipway.logins
    UNION ALL
    SELECT CONCAT_WS(' ', 'event', EVENT_SCHEMA, EVENT_NAME, EXECUTE_AT) FROM information_schema.EVENTS
    ORDER BY line`);
  return rows.map(row => row.line);
}
