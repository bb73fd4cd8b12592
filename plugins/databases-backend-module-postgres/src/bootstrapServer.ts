// This file and what it imports also run as plain TypeScript on Node, without a
// build: the local stack and administrators use them on a fresh server.
import type { Client } from 'pg';
import { scramVerifier } from './scram.ts';

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
  /** The role that the portal logs in as. Lowercase letters, digits, `_`. */
  provisioner: string;
  /** Its password; reaches the server as a SCRAM verifier. */
  password: string;
}

/**
 * Prepares a Postgres server (16 or newer) for tenants. Run once by an
 * administrator, connected to the database `postgres`; running it again is fine
 * and sets the provisioner's password anew.
 *
 * @remarks
 *
 * It makes
 * - the provisioner: may make databases and roles, is no superuser, and gets
 *   the roles it makes granted to itself (since 16 CREATEROLE no longer implies
 *   membership);
 * - the schema `slipway` in `postgres`, where the ids of destroyed databases are
 *   kept, so that a worker that was overtaken cannot make one again;
 * - a database without content, `slipway_neighbour`;
 * - where the server was started with the library `pg_stat_statements` and the administrator may: the extension of that name
 *   in `postgres`, and for the provisioner the right to read the statistics of all;
 * - a limit of 1 GB on the temporary files of each session, unless the server has
 *   one. Only a superuser can set it; where the administrator is none, as on
 *   managed servers, set `temp_file_limit` in the server's own settings;
 *
 * and takes from everybody the right to connect to `postgres`, `template1` and
 * the neighbour. Set `reserved_connections` on the server to at least 4: the
 * provisioner may use them when tenants have filled it, unless the administrator
 * cannot give that right on.
 *
 * The administrator need not be a superuser: one that may make roles and
 * databases, and owns `postgres` and `template1`, does, as on AWS RDS.
 *
 * @throws Error when the server has prepared transactions: `max_prepared_transactions` must be 0, as it is unless somebody
 *   set it
 * @public
 */
export async function bootstrapServer(
  client: Pick<Client, 'query'>,
  options: BootstrapServerOptions,
): Promise<void> {
  const { provisioner } = options;
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(provisioner)) {
    throw new TypeError(
      'The name of the provisioner must begin with a letter and hold only lowercase letters, digits and underscores',
    );
  }
  const { rows } = await client.query(
    `SELECT current_setting('max_prepared_transactions') AS prepared`,
  );
  if (rows[0].prepared !== '0') {
    throw new Error(
      `The server has max_prepared_transactions = ${rows[0].prepared}. Set it to 0 and start the server anew: a tenant’s prepared transaction would hold locks that belong to no session, which nobody could end.`,
    );
  }
  const verifier = await scramVerifier(options.password);
  const exists = async (sql: string, name: string) =>
    (await client.query(sql, [name])).rowCount !== 0;

  if (
    !(await exists('SELECT 1 FROM pg_roles WHERE rolname = $1', provisioner))
  ) {
    await client.query(`CREATE ROLE "${provisioner}"`);
  }
  await takePowers(client, provisioner);
  await client.query(
    `ALTER ROLE "${provisioner}" LOGIN CREATEDB CREATEROLE PASSWORD '${verifier}'`,
  );
  await client.query(
    `ALTER ROLE "${provisioner}" SET createrole_self_grant TO 'set, inherit'`,
  );
  const { rows: powers } = await client.query(
    `SELECT pg_has_role('pg_use_reserved_connections', 'MEMBER WITH ADMIN OPTION') AS may_reserve`,
  );
  if (powers[0].may_reserve) {
    await client.query(`GRANT pg_use_reserved_connections TO "${provisioner}"`);
  }

  await letSlowQueriesBeTold(client, provisioner);

  // For sessions that begin from now on. No tenant may change it, for themselves or for others.
  const { rowCount: unlimited } = await client.query(
    `SELECT 1 WHERE current_setting('temp_file_limit') = '-1' AND current_setting('is_superuser') = 'on'`,
  );
  if (unlimited) {
    await client.query(`ALTER ROLE ALL SET temp_file_limit TO '1GB'`);
  }

  const neighbour = `SELECT 1 FROM pg_database WHERE datname = $1`;
  if (!(await exists(neighbour, NEIGHBOUR_DATABASE))) {
    await client.query(
      `CREATE DATABASE ${NEIGHBOUR_DATABASE} TEMPLATE template0 ALLOW_CONNECTIONS false`,
    );
  }
  for (const database of ['postgres', 'template1', NEIGHBOUR_DATABASE]) {
    await client.query(
      `REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC`,
    );
  }
  await client.query(
    `ALTER DATABASE ${NEIGHBOUR_DATABASE} ALLOW_CONNECTIONS true`,
  );
  await client.query(`GRANT CONNECT ON DATABASE postgres TO "${provisioner}"`);
  await client.query(
    `CREATE SCHEMA IF NOT EXISTS slipway AUTHORIZATION "${provisioner}"`,
  );
  await client.query(`CREATE TABLE IF NOT EXISTS slipway.tombstones (
    id uuid PRIMARY KEY,
    fence bigint NOT NULL,
    destroyed_at timestamptz NOT NULL DEFAULT now()
  )`);
  await client.query(
    `ALTER TABLE slipway.tombstones OWNER TO "${provisioner}"`,
  );
}

/** No tenant reaches the view: they may not enter `postgres`, and nobody but a superuser can make one elsewhere. */
async function letSlowQueriesBeTold(
  client: Pick<Client, 'query'>,
  provisioner: string,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('is_superuser') = 'on' AS may_install,
            EXISTS (SELECT 1 FROM pg_settings WHERE name = 'pg_stat_statements.max') AS is_loaded`,
  );
  if (!rows[0].may_install || !rows[0].is_loaded) return;
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await client.query(`GRANT pg_read_all_stats TO "${provisioner}"`);
}

/**
 * Sees to it that the provisioner is nothing more than it has to be. Where the administrator is no superuser, as on managed
 * servers, only a superuser may even say that it is none; there it has to be so already, as of each role that is made.
 */
async function takePowers(
  client: Pick<Client, 'query'>,
  provisioner: string,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT rolsuper OR rolreplication OR rolbypassrls AS powerful, current_setting('is_superuser') = 'on' AS may_take
       FROM pg_roles WHERE rolname = $1`,
    [provisioner],
  );
  if (rows[0].may_take) {
    await client.query(
      `ALTER ROLE "${provisioner}" NOSUPERUSER NOREPLICATION NOBYPASSRLS`,
    );
    return;
  }
  if (rows[0].powerful) {
    throw new Error(
      `The role "${provisioner}" has more rights than the portal may have. Drop it, or name another one.`,
    );
  }
  // What is made for the provisioner below can be given only to roles that the administrator is a member of.
  await client.query(
    `GRANT "${provisioner}" TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`,
  );
}
