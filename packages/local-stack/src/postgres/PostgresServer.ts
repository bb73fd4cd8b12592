import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import type { ProcessSpec } from '../supervisor/SupervisedProcess.ts';
import { findPostgres } from './binaries.ts';
import { ensureDataDirectory } from './dataDirectory.ts';
import type { InitdbWatch } from './initdb.ts';
import { clearPostmasterPid } from './postmasterPid.ts';
import { chooseServerUser } from './serverUser.ts';

/** Crash recovery of a large log takes its time. */
const READY_WITHIN_MS = 300_000;
const SUPERUSER = 'slipway_superuser';

/** Where and as whom a server is reached. */
export interface PostgresConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** What a server is started with. */
export interface PostgresOptions {
  /** For people: "the portal's Postgres". */
  title: string;
  /** The folder in the data folder. */
  name: string;
  dataDir: string;
  port: number;
  /** The superuser's password. It is set when the data directory is made. */
  password: string;
  maxConnections: number;
  logFile: string;
  /** Further settings, such as `{ fsync: 'off' }` for a server whose data nobody will miss. */
  settings?: Record<string, string>;
}

/**
 * Makes the data directory when there is none, and says how the server is run. It listens on the loopback interface
 * only and asks everybody for a password.
 *
 * @param watch - of the process that makes the directory
 */
export async function preparePostgres(
  options: PostgresOptions,
  watch?: InitdbWatch,
): Promise<{ spec: ProcessSpec; connection: PostgresConnection }> {
  const user = chooseServerUser(options.dataDir);
  const binaries = await findPostgres(user);
  const directory = await ensureDataDirectory(
    {
      dataDir: options.dataDir,
      name: options.name,
      superuser: SUPERUSER,
      password: options.password,
      binaries,
      user,
    },
    watch,
  );
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // Paths of sockets are short by law, and those of clones are not.
    unix_socket_directories: '',
    max_connections: String(options.maxConnections),
    log_line_prefix: '%m [%p] %q%u@%d ',
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  };
  const connection = {
    host: '127.0.0.1',
    port: options.port,
    user: SUPERUSER,
    password: options.password,
    database: 'postgres',
  };
  return {
    connection,
    spec: {
      name: options.name,
      title: options.title,
      command: binaries.postgres,
      args: [
        '-D',
        directory,
        '-p',
        String(options.port),
        ...Object.entries(settings).flatMap(([key, value]) => [
          '-c',
          `${key}=${value}`,
        ]),
      ],
      // What the environment says about Postgres is meant for other servers.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ids: user.ids,
      cwd: '/',
      logFile: options.logFile,
      // Fast shutdown: sessions are ended, everything is written.
      stopSignal: 'SIGINT',
      patienceMs: 30_000,
      prepare: async () => {
        await clearPostmasterPid(directory);
      },
      ready: (signal, pid) => waitForConnection(connection, pid, signal),
      readyWithinMs: READY_WITHIN_MS,
      // A predecessor that is just writing its last pages still holds the data directory.
      attempts: 6,
      complaints: [
        {
          pattern: /No space left on device|Disk quota exceeded/,
          text: `The disk is full: ${options.title} cannot write. Free some space; it goes on by itself.`,
        },
      ],
    },
  };
}

/** Waits until this very process answers: at the port may still be a predecessor, which is just about to go. */
async function waitForConnection(
  connection: PostgresConnection,
  pid: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = new Client({ ...connection, connectionTimeoutMillis: 5000 });
    // Of a connection that is cut while nothing is asked on it.
    client.on('error', () => {});
    try {
      await client.connect();
      const answering = await postmasterOf(client);
      await client.end();
      if (answering === pid) {
        return;
      }
    } catch (error) {
      await client.end().catch(() => {});
      // A wrong password or a missing database will not mend itself; "starting up" and "shutting down" (57P..) and a closed port do.
      if (error instanceof DatabaseError && !error.code?.startsWith('57P')) {
        throw error;
      }
    }
    await sleep(40);
  }
}

async function postmasterOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: string }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
  );
  return Number(rows[0].pid);
}
