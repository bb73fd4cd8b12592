import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { PostgresConnection } from './PostgresServer.ts';

/** A login that a server should have. */
export interface RoleSpec {
  name: string;
  password: string;
  /** What the role may do besides logging in. It is never a superuser. */
  options: ('CREATEDB' | 'CREATEROLE')[];
  /** A database of the same role's own. */
  database?: string;
}

/**
 * Makes sure that roles and their databases are there with these passwords and rights. May be repeated.
 *
 * @param connection - the superuser's
 */
export async function ensureRoles(
  connection: PostgresConnection,
  roles: RoleSpec[],
): Promise<void> {
  await withClient(connection, async client => {
    // A statement that fails must not bring a password into the server's log.
    await client.query("SET log_min_error_statement = 'panic'");
    for (const role of roles) {
      await ensureRole(client, role);
    }
  });
}

/** Runs work with a connection that is closed whatever happens. */
export async function withClient<T>(
  connection: PostgresConnection,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: RoleSpec): Promise<void> {
  const name = escapeIdentifier(role.name);
  const found = await client.query(
    'SELECT 1 FROM pg_roles WHERE rolname = $1',
    [role.name],
  );
  await client.query(`
    ${found.rowCount ? 'ALTER' : 'CREATE'} ROLE ${name}
    WITH LOGIN NOSUPERUSER NOREPLICATION NOBYPASSRLS
    ${['CREATEDB', 'CREATEROLE'].map(each => (role.options.some(option => option === each) ? each : `NO${each}`)).join(' ')}
    PASSWORD ${escapeLiteral(role.password)}
  `);
  if (role.database) {
    await ensureDatabase(client, role.database, role.name);
  }
}

async function ensureDatabase(
  client: Client,
  database: string,
  owner: string,
): Promise<void> {
  const found = await client.query(
    'SELECT 1 FROM pg_database WHERE datname = $1',
    [database],
  );
  const name = escapeIdentifier(database);
  if (!found.rowCount) {
    await client.query(
      `CREATE DATABASE ${name} OWNER ${escapeIdentifier(owner)}`,
    );
  }
  await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
}
