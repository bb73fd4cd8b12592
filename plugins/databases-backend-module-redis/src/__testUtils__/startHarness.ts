import { randomBytes } from 'node:crypto';
import { DatabaseSpec } from '@slipway/plugin-databases-node';
import {
  ConformanceHarness,
  ConformanceSession,
} from '@slipway/plugin-databases-node/testUtils';
import { bootstrapServer } from '../bootstrapServer';
import { RedisProviderConfig } from '../config';
import { tenantNames } from '../identifiers';
import { RedisDatabaseProvider } from '../RedisDatabaseProvider';
import {
  newRedisClient,
  RedisClient,
  startRedis,
  TestRedis,
} from './startRedis';

export interface RedisHarness extends ConformanceHarness {
  provider: RedisDatabaseProvider;
  redis: TestRedis;
  config: RedisProviderConfig;
  admin: RedisClient;
}

export const limits = {
  storageGiB: 1,
  connectionLimit: 10,
  statementTimeoutSeconds: 30,
};

/** A server of its own, prepared as an administrator would, and a provider. */
export async function startHarness(
  settings: Record<string, string> = {},
): Promise<RedisHarness> {
  const redis = await startRedis(settings);
  const admin = await redis.admin();
  const password = randomBytes(12).toString('hex');
  const options = { provisioner: 'provisioner', password };
  const connection = {
    host: '127.0.0.1',
    port: redis.port,
    password: redis.password,
  };
  await bootstrapServer(connection, options);
  // Once more: it may be run again.
  await bootstrapServer(connection, options);
  const config: RedisProviderConfig = {
    id: 'shared-redis',
    title: 'Shared Redis',
    environments: ['development'],
    version: '7.0',
    maxConcurrency: 4,
    connection: {
      host: '127.0.0.1',
      port: redis.port,
      user: 'provisioner',
      password,
    },
  };
  const provider = RedisDatabaseProvider.create(config);
  const harness: RedisHarness = {
    redis,
    config,
    admin,
    provider,
    spec: (name): DatabaseSpec => ({
      name,
      environment: 'development',
      engine: 'redis',
      size: 'small',
      limits,
      owner: 'group:default/team-orders',
    }),
    inventory: () => takeInventory(harness.admin),
    async createUnmarked(name) {
      const { logins } = tenantNames(name);
      await harness.admin.sendCommand(['ACL', 'SETUSER', logins.a, '~x']);
      await harness.admin.set(`${name}:of-somebody`, 'x');
    },
    async removeUnmarked(name) {
      const { logins } = tenantNames(name);
      await harness.admin.sendCommand(['ACL', 'DELUSER', logins.a]);
      await harness.admin.del(`${name}:of-somebody`);
    },
    connect,
    async stop() {
      await harness.provider.close();
      await redis.stop();
    },
  };
  return harness;
}

export async function connect(
  login: Parameters<ConformanceHarness['connect']>[0],
): Promise<ConformanceSession & { client: RedisClient }> {
  const { host, port, database } = login.endpoint;
  const client = newRedisClient({
    host,
    port,
    user: login.username,
    password: login.password,
  });
  await client.connect();
  try {
    // A server has no databases that one enters: what counts is whose keys one may look at.
    await client.exists(`${database}:place`);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return {
    client,
    async write(key, value) {
      await client.set(`${database}:${key}`, value);
    },
    async read(key) {
      return (await client.get(`${database}:${key}`)) ?? undefined;
    },
    isAlive: () =>
      client.ping().then(
        () => true,
        () => false,
      ),
    async close() {
      if (client.isOpen) client.destroy();
    },
  };
}

/** Users with all that they may; keys of whatever kind with their content. What moves by itself is left out. */
async function takeInventory(admin: RedisClient): Promise<string[]> {
  const users = await admin.sendCommand<string[]>(['ACL', 'LIST']);
  const lines = [...users];
  for (const key of await admin.keys('*')) {
    const type = await admin.type(key);
    let value: unknown;
    if (type === 'hash') {
      value = Object.entries(await admin.hGetAll(key)).sort();
    } else if (type === 'set') {
      value = (await admin.sMembers(key)).sort();
    } else if (type === 'zset') {
      value = await admin.zRange(key, 0, -1);
    } else if (type === 'string') {
      value = await admin.get(key);
    } else {
      value = type;
    }
    lines.push(`key ${key} ${JSON.stringify(value)}`);
  }
  return lines.filter(line => !movesByItself(line)).sort();
}

/** What remains of databases that were destroyed, and what the watch writes. */
function movesByItself(line: string): boolean {
  return (
    /^key slipway:(usage|watcher) /.test(line) ||
    line.startsWith('key slipway:destroyed ') ||
    /^key slipway:tenant:\S+ \[\["fence","\d+"\]\]$/.test(line)
  );
}
