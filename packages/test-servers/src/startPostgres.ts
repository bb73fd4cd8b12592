import { join } from 'node:path';
import {
  endWithUs,
  preparePostgres,
  SupervisedProcess,
} from '@slipway/local-stack';
import { freePorts } from './freePorts.ts';
import { TemporaryFolder } from './TemporaryFolder.ts';

/**
 * A Postgres server of a test's own.
 *
 * @public
 */
export interface TestPostgres {
  host: string;
  port: number;
  /** The superuser's name and password. */
  user: string;
  password: string;
  /** Connection string of the superuser to the database `postgres`. */
  connectionString: string;
  /** The file with the server's log. */
  log: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts the same Postgres as the product's, with fresh data in a temporary folder. Only a crash of the operating
 * system could lose what was committed: everything else behaves as in production.
 *
 * @param options - `settings` are laid over the server's configuration
 * @public
 */
export async function startPostgres(options?: {
  settings?: Record<string, string>;
}): Promise<TestPostgres> {
  const folder = await TemporaryFolder.create();
  const [port] = await freePorts(1);
  const log = join(folder.path, 'postgres.log');
  const { spec, connection } = await preparePostgres({
    title: 'the test Postgres',
    name: 'postgres',
    dataDir: folder.path,
    port,
    password: 'a-password-for-tests',
    maxConnections: 300,
    logFile: log,
    settings: {
      fsync: 'off',
      full_page_writes: 'off',
      ...options?.settings,
    },
  });
  const server = new SupervisedProcess(spec);
  let giveUp = () => {};
  server.on('process', identity => {
    folder.own(identity);
    giveUp();
    giveUp = identity ? endWithUs(identity.pid, spec.stopSignal) : () => {};
  });
  await server.start();
  const { host, user, password } = connection;
  return {
    host,
    port,
    user,
    password,
    connectionString: `postgresql://${user}:${password}@${host}:${port}/postgres`,
    log,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
