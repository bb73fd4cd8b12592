import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  endWithUs,
  preparePostgres,
  SupervisedProcess,
  type PostgresConnection,
} from '@slipway/local-stack';
import { stablePorts } from './ports.ts';

/** A Postgres that can be stopped and started again with its data. */
export interface BenchPostgres {
  connection: PostgresConnection;
  /** The file with the server's log. */
  logFile: string;
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
  /** What it shows to those who connect with TLS, in PEM. Without it the server speaks none. */
  tls?: { certificate: string; key: string };
}): Promise<BenchPostgres> {
  const { name, work, tls } = options;
  const tlsFiles = {
    ssl_cert_file: join(work, `postgres-${name}.crt`),
    ssl_key_file: join(work, `postgres-${name}.key`),
  };
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
    settings: tls && { ssl: 'on', ...tlsFiles },
  });
  if (tls) {
    await writeFile(tlsFiles.ssl_cert_file, tls.certificate);
    await writeFile(tlsFiles.ssl_key_file, tls.key, { mode: 0o600 });
    if (spec.ids) {
      await chown(tlsFiles.ssl_key_file, spec.ids.uid, spec.ids.gid);
    }
  }
  let server: SupervisedProcess | undefined;
  let giveUp = () => {};
  return {
    connection,
    logFile: spec.logFile,
    start: async () => {
      server = new SupervisedProcess(spec);
      server.on('process', identity => {
        giveUp();
        giveUp = identity ? endWithUs(identity.pid, spec.stopSignal) : () => {};
      });
      await server.start();
    },
    stop: async () => {
      await server?.stop();
      server = undefined;
    },
  };
}
