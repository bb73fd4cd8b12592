import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  preparePostgres,
  SupervisedProcess,
  type PostgresConnection,
} from '@slipway/local-stack';
import { stablePorts } from './ports.ts';

/** A Postgres that can be stopped and started again with its data. */
export interface BenchPostgres {
  connection: PostgresConnection;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes a Postgres with the settings of a fresh installation: fsync, synchronous_commit and full_page_writes are on.
 */
export async function createPostgres(options: {
  name: string;
  work: string;
  /** The superuser's; made up when left out. */
  password?: string;
}): Promise<BenchPostgres> {
  const { name, work } = options;
  await mkdir(work, { recursive: true });
  const [port] = await stablePorts(1);
  const { spec, connection } = await preparePostgres({
    title: `the Postgres of ${name}`,
    name: `postgres-${name}`,
    dataDir: work,
    port,
    password: options.password ?? randomBytes(18).toString('hex'),
    maxConnections: 300,
    logFile: join(work, `postgres-${name}.log`),
  });
  let server: SupervisedProcess | undefined;
  return {
    connection,
    start: async () => {
      server = new SupervisedProcess(spec);
      await server.start();
    },
    stop: async () => {
      await server?.stop();
      server = undefined;
    },
  };
}
