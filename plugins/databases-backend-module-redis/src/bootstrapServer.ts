import { TerminalError } from '@slipway/plugin-databases-node';
import type { RedisProviderConfig } from './config';
import { RedisServer } from './RedisServer';
import { known } from './rights';
import { hashPassword } from './users';
import { whatLetsTenantsIn } from './whatLetsTenantsIn';

/**
 * The key that exists on every server we use, so that there is always a
 * neighbour that a tenant can be shown not to look at.
 * @public
 */
export const NEIGHBOUR_KEY = 'slipway_neighbour:probe';

/** What the platform does on a server. */
const COMMANDS = [
  'acl|cat',
  'acl|deluser',
  'acl|dryrun',
  'acl|getuser',
  'acl|list',
  'acl|save',
  'acl|setuser',
  'auth',
  'client|kill',
  'client|list',
  'command',
  'config|get',
  'del',
  'discard',
  'eval',
  'exec',
  'exists',
  'get',
  'hdel',
  'hello',
  'hget',
  'hgetall',
  'hset',
  'info',
  'memory|usage',
  'multi',
  'pexpire',
  'ping',
  'sadd',
  'scan',
  'set',
  'smembers',
  'srem',
  'unlink',
  'unwatch',
  'watch',
  'zadd',
  'zrange',
  'zrem',
];

/**
 * How an administrator reaches a server.
 * @public
 */
export interface AdminConnection {
  host: string;
  port: number;
  /** `default` when left out. */
  user?: string;
  password?: string;
  ssl?: RedisProviderConfig['connection']['ssl'];
}

/**
 * What to prepare a server with.
 * @public
 */
export interface BootstrapServerOptions {
  /** The login that the portal uses. Lowercase letters, digits, `_`. */
  provisioner: string;
  /** Its password; reaches the server as a hash. */
  password: string;
}

/**
 * Prepares a Redis server (7.0 or newer) for tenants. Run once by an
 * administrator; running it again is fine and sets the provisioner's password anew.
 *
 * @remarks
 *
 * It makes
 * - the provisioner. Whoever may make users in Redis may give them any rights: keep its password like the administrators',
 *   and other data on other servers;
 * - a key without meaning, `slipway_neighbour:probe`.
 *
 * @throws Error when the server cannot keep tenants apart; it says what to change, and nothing was made
 * @public
 */
export async function bootstrapServer(
  connection: AdminConnection,
  options: BootstrapServerOptions,
): Promise<void> {
  const { provisioner } = options;
  if (
    !/^[a-z][a-z0-9_]{0,50}$/.test(provisioner) ||
    provisioner === 'default'
  ) {
    throw new TypeError(
      'The name of the provisioner must begin with a letter and hold only lowercase letters, digits and underscores, and not be "default"',
    );
  }
  const config: RedisProviderConfig = {
    id: 'bootstrap',
    title: `Redis at ${connection.host}:${connection.port}`,
    environments: [],
    version: '',
    maxConcurrency: 1,
    connection: { user: 'default', password: '', ...connection },
  };
  const server = RedisServer.create(config);
  try {
    await server.use(async session => {
      const problems = await whatLetsTenantsIn(session, config);
      if (problems.length > 0) {
        throw new TerminalError(
          `The server cannot keep tenants apart. ${problems.join(' ')}`,
        );
      }
      const commands = await known(session, COMMANDS);
      await session.transaction([
        ['SET', NEIGHBOUR_KEY, '1'],
        [
          'ACL',
          'SETUSER',
          provisioner,
          'reset',
          'on',
          `#${hashPassword(options.password)}`,
          '~*',
          ...commands.map(command => `+${command}`),
        ],
        ['ACL', 'SAVE'],
      ]);
    });
  } finally {
    await server.close();
  }
}
