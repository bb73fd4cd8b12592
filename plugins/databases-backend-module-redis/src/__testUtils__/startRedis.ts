import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createClient } from '@redis/client';

export type RedisClient = ReturnType<typeof newRedisClient>;

export interface TestRedis {
  port: number;
  /** Where its data lie, and the file of users, `users.acl`. */
  directory: string;
  /** Of the user `default`. */
  password: string;
  /** An administrator's session; closed with the server. */
  admin(): Promise<RedisClient>;
  /** Stops the server at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again after {@link TestRedis.kill}. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const VARIABLE = 'SLIPWAY_TEST_REDIS';

/** Starts a Redis of its own with fresh data, set as the platform demands it. */
export async function startRedis(
  settings: Record<string, string> = {},
): Promise<TestRedis> {
  const { home, libraries } = findFiles();
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-redis-'));
  const port = await freePort();
  const password = 'admin-of-the-test-server';
  await fs.writeFile(
    path.join(directory, 'users.acl'),
    `user default on >${password} ~* &* +@all\n`,
  );
  const all = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir: directory,
    aclfile: 'users.acl',
    appendonly: 'yes',
    save: '',
    maxmemory: '64mb',
    ...settings,
  };
  const clients: RedisClient[] = [];
  let log = '';
  let gone: Promise<void> = Promise.resolve();
  let end = (_signal: NodeJS.Signals) => {};

  const admin = async () => {
    const client = newRedisClient({ port, user: 'default', password });
    await client.connect();
    clients.push(client);
    return client;
  };
  const start = async () => {
    const server = spawn(
      path.join(home, 'bin', 'redis-server'),
      Object.entries(all).flatMap(([key, value]) => [`--${key}`, value]),
      {
        env: {
          ...process.env,
          LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH]
            .filter(Boolean)
            .join(':'),
        },
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    server.stdout.on('data', chunk => (log += chunk));
    server.stderr.on('data', chunk => (log += chunk));
    gone = new Promise(resolve => server.once('exit', () => resolve()));
    end = signal => server.kill(signal);
    for (let attempt = 0; ; attempt++) {
      try {
        await (await admin()).ping();
        return;
      } catch (error) {
        if (attempt === 200 || server.exitCode !== null) {
          throw new Error(`Redis did not start: ${log}`, { cause: error });
        }
        await new Promise(resolve => setTimeout(resolve, 50));
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
    directory,
    password,
    admin,
    start,
    kill: () => finish('SIGKILL'),
    async stop() {
      for (const client of clients) {
        if (client.isOpen) client.destroy();
      }
      await finish('SIGKILL');
      await fs.rm(directory, { recursive: true, force: true });
    },
  };
}

/** A client that is not connected yet and stays with one session. */
export function newRedisClient(login: {
  host?: string;
  port: number;
  user?: string;
  password?: string;
}) {
  const client = createClient({
    RESP: 2,
    username: login.user,
    password: login.password,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: {
      host: login.host ?? '127.0.0.1',
      port: login.port,
      reconnectStrategy: false,
    },
  });
  client.on('error', () => {
    // The server ended it; whoever asks is told.
  });
  return client;
}

function findFiles(): { home: string; libraries: string[] } {
  const value = process.env[VARIABLE];
  if (!value) {
    throw new Error(
      `${VARIABLE} is not set. Run the tests with "npm test", which makes sure of a Redis.`,
    );
  }
  return JSON.parse(value);
}

export async function freePort(): Promise<number> {
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
