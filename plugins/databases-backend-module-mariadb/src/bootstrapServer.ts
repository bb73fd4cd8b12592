import { randomBytes } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { nativePassword } from './nativePassword';
import { whatLetsTenantsIn } from './whatLetsTenantsIn';

/**
 * The database that exists on every server we use, so that there is always a
 * neighbour that a tenant can be shown not to enter.
 * @public
 */
export const NEIGHBOUR_DATABASE = 'slipway_neighbour';

/**
 * What to prepare a server with.
 * @public
 */
export interface BootstrapServerOptions {
  /** The login that the portal uses. Lowercase letters, digits, `_`. */
  provisioner: string;
  /** Its password; reaches the server as a hash. */
  password: string;
}

/**
 * Prepares a MariaDB server (10.6 or newer) for tenants. Run once by an
 * administrator; running it again is fine and sets the provisioner's password anew.
 *
 * @remarks
 *
 * It makes
 * - the provisioner: may make logins and databases whose name begins with `sw_`, sees who is connected and ends sessions, and
 *   reads which logins there are. It has no rights on other databases. Yet whoever may make logins in MariaDB may also change
 *   the administrators': keep its password like theirs, and other data on other servers;
 *   It also reads which statements took how long, where the server counts that;
 * - the database `slipway`, our registry: what on this server is ours, and what was destroyed;
 * - a database without content, `slipway_neighbour`.
 *
 * @throws Error when the server cannot keep tenants apart; it says what to change, and nothing was made
 * @public
 */
export async function bootstrapServer(
  connection: Pick<Connection, 'query'>,
  options: BootstrapServerOptions,
): Promise<void> {
  const { provisioner } = options;
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(provisioner)) {
    throw new TypeError(
      'The name of the provisioner must begin with a letter and hold only lowercase letters, digits and underscores',
    );
  }
  const run = async (sql: string, values?: unknown[]) =>
    (await connection.query<RowDataPacket[]>({ sql, values }))[0];
  const problems = await whatLetsTenantsIn(run);
  if (problems.length > 0) {
    throw new Error(
      `The server cannot keep tenants apart. ${problems.join(' ')}`,
    );
  }
  await run('CREATE DATABASE IF NOT EXISTS slipway CHARACTER SET utf8mb4');
  await run(`CREATE DATABASE IF NOT EXISTS ${NEIGHBOUR_DATABASE}`);
  await run(`CREATE TABLE IF NOT EXISTS slipway.settings (
    name varchar(64) PRIMARY KEY,
    value varchar(255) NOT NULL
  )`);
  await run(`INSERT IGNORE INTO slipway.settings VALUES ('lock_salt', ?)`, [
    randomBytes(16).toString('hex'),
  ]);
  await run(`CREATE TABLE IF NOT EXISTS slipway.tenants (
    id char(36) PRIMARY KEY,
    external_name varchar(64) NOT NULL UNIQUE,
    name varchar(255) NOT NULL,
    environment varchar(255) NOT NULL,
    owner varchar(255) NOT NULL,
    fence bigint NOT NULL,
    active char(1),
    suspended tinyint NOT NULL DEFAULT 0
  )`);
  await run(`CREATE TABLE IF NOT EXISTS slipway.logins (
    username varchar(80) PRIMARY KEY,
    tenant_id char(36) NOT NULL,
    kind varchar(16) NOT NULL,
    login_id varchar(64),
    access varchar(16),
    expires_at datetime(3),
    INDEX (tenant_id)
  )`);
  await run(`CREATE TABLE IF NOT EXISTS slipway.tombstones (
    id char(36) PRIMARY KEY,
    fence bigint NOT NULL,
    destroyed_at timestamp NOT NULL DEFAULT current_timestamp
  )`);

  const login = `'${provisioner}'@'%'`;
  await run(`CREATE USER IF NOT EXISTS ${login}`);
  await run(
    `ALTER USER ${login} IDENTIFIED BY PASSWORD '${nativePassword(options.password)}'`,
  );
  await run(
    `GRANT CREATE USER, PROCESS, CONNECTION ADMIN, SHOW DATABASES ON *.* TO ${login}`,
  );
  await run(
    `GRANT ALL PRIVILEGES ON \`sw\\_%\`.* TO ${login} WITH GRANT OPTION`,
  );
  await run(
    `GRANT SELECT, INSERT, UPDATE, DELETE, EVENT ON slipway.* TO ${login}`,
  );
  // Empty unless the server runs with performance_schema.
  await run(
    `GRANT SELECT ON performance_schema.events_statements_summary_by_digest TO ${login}`,
  );
  for (const table of ['global_priv', 'db']) {
    await run(`GRANT SELECT ON mysql.${table} TO ${login}`);
  }
}
