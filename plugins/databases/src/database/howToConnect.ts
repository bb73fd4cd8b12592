import type {
  DatabaseEndpoint,
  DatabaseEngine,
} from '@slipway/plugin-databases-common';

/** The ways to use a login, ready to be copied. */
export interface HowToConnect {
  /** The client whose command it is: "psql". */
  client: string;
  /** Asks for the password, so that it stays out of the shell's history. Absent where we know no client. */
  command?: string;
  /** For a service; holds the password. */
  url: string;
}

/** What every key and channel has to begin with, on a server that holds those of others too. */
export function keyPrefixOf(
  engine: DatabaseEngine,
  { database }: DatabaseEndpoint,
): string | undefined {
  return engine === 'redis' ? `${database}:` : undefined;
}

/**
 * Says how a login is used with the engine's own tools. With TLS it says so that the server's name is checked.
 *
 * Sources: https://www.postgresql.org/docs/18/libpq-connect.html, https://mariadb.com/kb/en/mariadb-command-line-client/,
 * https://redis.io/docs/latest/develop/tools/cli/
 */
export function howToConnect(
  engine: DatabaseEngine,
  endpoint: DatabaseEndpoint,
  login: { username: string; password: string },
): HowToConnect {
  const { host, port, database, tls } = endpoint;
  const { username } = login;
  const address = `${encodeURIComponent(username)}:${encodeURIComponent(login.password)}@${host}:${port}`;
  switch (engine) {
    case 'postgres':
      return {
        client: 'psql',
        command: `psql "host=${host} port=${port} dbname=${database} user=${username}${tls ? ' sslmode=verify-full' : ''}"`,
        url: `postgresql://${address}/${database}${tls ? '?sslmode=verify-full' : ''}`,
      };
    case 'mysql':
      return {
        client: 'mariadb',
        command: `mariadb --host=${host} --port=${port} --user=${username}${tls ? ' --ssl-verify-server-cert' : ''} --password ${database}`,
        url: `mysql://${address}/${database}`,
      };
    case 'redis':
      // Its databases have numbers, of which ours is 0 and needs not be said.
      return {
        client: 'redis-cli',
        command: `redis-cli -h ${host} -p ${port} --user ${username}${tls ? ' --tls' : ''} --askpass`,
        url: `${tls ? 'rediss' : 'redis'}://${address}`,
      };
    default:
      return { client: engine, url: `${engine}://${address}/${database}` };
  }
}
