import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  preparePostgres,
  type PostgresConnection,
} from '../../packages/local-stack/src/postgres/PostgresServer.ts';
import { SupervisedProcess } from '../../packages/local-stack/src/supervisor/SupervisedProcess.ts';

/** A Postgres that can be stopped and started again with its data. */
export interface BenchPostgres {
  connection: PostgresConnection;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes a Postgres for one side: the local stack's, with what `initdb` sets. Both sides get the same settings; fsync,
 * synchronous_commit and full_page_writes stay on.
 */
export async function createPostgres(options: {
  name: string;
  work: string;
}): Promise<BenchPostgres> {
  const { name, work } = options;
  await mkdir(work, { recursive: true });
  const { spec, connection } = await preparePostgres({
    title: `the Postgres of ${name}`,
    name: `postgres-${name}`,
    dataDir: work,
    port: await freePort(),
    password: randomBytes(18).toString('hex'),
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

/** A port of the loopback interface that nobody uses now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise(done => {
    probe.close(done);
  });
  return port;
}
