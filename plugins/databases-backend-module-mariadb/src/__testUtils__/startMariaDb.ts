import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Connection, createConnection } from 'mysql2/promise';

export interface TestMariaDb {
  port: number;
  /** The folder of all its databases. */
  data: string;
  /** An administrator's session; closed with the server. */
  admin(): Promise<Connection>;
  /** Stops the server at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again after {@link TestMariaDb.kill}, with other settings where some are given. */
  start(settings?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

const VARIABLE = 'SLIPWAY_TEST_MARIADB';

/** Starts a MariaDB of its own with fresh data, which needs not outlive the machine. */
export async function startMariaDb(
  settings: Record<string, string> = {},
): Promise<TestMariaDb> {
  const { home, libraries } = findFiles();
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-mdb-'));
  const data = path.join(directory, 'data');
  // As root the server would refuse to run unless it is told who to be.
  const user = os.userInfo().username;
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH]
      .filter(Boolean)
      .join(':'),
  };
  await promisify(execFile)(
    program(home, 'mariadb-install-db'),
    [
      '--no-defaults',
      `--basedir=${home}`,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      `--user=${user}`,
    ],
    { env, cwd: directory },
  );
  const port = await freePort();
  const all = {
    basedir: home,
    datadir: data,
    port: `${port}`,
    'bind-address': '127.0.0.1',
    socket: path.join(directory, 'socket'),
    user,
    'event-scheduler': 'ON',
    'skip-name-resolve': '1',
    'symbolic-links': '0',
    'innodb-flush-log-at-trx-commit': '2',
    'innodb-buffer-pool-size': '32M',
    ...settings,
  };
  const connections: Connection[] = [];
  let log = '';
  let gone: Promise<void> = Promise.resolve();
  let end = (_signal: NodeJS.Signals) => {};

  const admin = async () => {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    connection.on('error', () => {
      // The server was stopped under it.
    });
    connections.push(connection);
    return connection;
  };
  const start = async (changed: Record<string, string> = {}) => {
    const server = spawn(
      program(home, 'mariadbd'),
      [
        '--no-defaults',
        ...Object.entries({ ...all, ...changed }).map(
          ([key, value]) => `--${key}=${value}`,
        ),
      ],
      { env, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr.on('data', chunk => (log += chunk));
    gone = new Promise(resolve => server.once('exit', () => resolve()));
    end = signal => server.kill(signal);
    for (let attempt = 0; ; attempt++) {
      try {
        await (await admin()).query('SELECT 1');
        return;
      } catch (error) {
        if (attempt === 200 || server.exitCode !== null) {
          throw new Error(`MariaDB did not start: ${log}`, { cause: error });
        }
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    }
  };
  const finish = async (signal: NodeJS.Signals) => {
    end(signal);
    await gone;
  };

  await start();
  return {
    port,
    data,
    admin,
    start,
    kill: () => finish('SIGKILL'),
    async stop() {
      connections.forEach(connection => connection.destroy());
      await finish('SIGKILL');
      await fs.rm(directory, { recursive: true, force: true });
    },
  };
}

function findFiles(): { home: string; libraries: string[] } {
  const value = process.env[VARIABLE];
  if (!value) {
    throw new Error(
      `${VARIABLE} is not set. Run the tests with "npm test", which makes sure of a MariaDB.`,
    );
  }
  return JSON.parse(value);
}

function program(home: string, name: string): string {
  const found = ['sbin', 'bin', 'scripts', 'libexec']
    .map(folder => path.join(home, folder, name))
    .find(file => existsSync(file));
  if (!found) {
    throw new Error(`There is no ${name} in ${home}`);
  }
  return found;
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
