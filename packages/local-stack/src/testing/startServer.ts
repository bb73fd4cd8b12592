import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  preparePostgres,
  type PostgresConnection,
  type PostgresOptions,
} from '../postgres/PostgresServer.ts';
import { SupervisedProcess } from '../supervisor/SupervisedProcess.ts';
import { onEnd } from './onEnd.ts';

/** A folder that goes with the test. Everybody may look inside, as the database's user must. */
export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'slipway-stack-'));
  chmodSync(path, 0o755);
  onEnd(t, () => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => {
    server.close(resolve);
  });
  return port;
}

/** The options of a Postgres server for a test. */
export async function serverOptions(dataDir: string): Promise<PostgresOptions> {
  return {
    title: 'the Postgres of this test',
    name: 'postgres-portal',
    dataDir,
    port: await freePort(),
    password: 'a-password-for-tests',
    maxConnections: 50,
    logFile: join(dataDir, 'postgres.log'),
  };
}

/** Starts a real Postgres as the local stack does; it stops with the test. */
export async function startServer(
  t: TestContext,
  options: PostgresOptions,
): Promise<{ server: SupervisedProcess; connection: PostgresConnection }> {
  const { spec, connection } = await preparePostgres(options);
  const server = new SupervisedProcess(spec);
  onEnd(t, () => server.stop());
  await server.start();
  return { server, connection };
}
