import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import type { Command, Reply } from './RedisServer';

/**
 * The keys of our registry on the server, under `slipway:`, which no tenant can name.
 * @internal
 */
export const registry = {
  /** A hash: what a database is; or, of one that was destroyed, with which fence. */
  tenant: (id: string) => `slipway:tenant:${id}`,
  /** The id of the database that has an external name. */
  name: (externalName: string) => `slipway:name:${externalName}`,
  /** A set: ids of all databases. */
  tenants: 'slipway:tenants',
  /** A sorted set: people's logins by their end, in milliseconds; members of {@link expiryMember}. */
  expiries: 'slipway:expiries',
  /** A sorted set: ids of databases that were destroyed, by when, in milliseconds. */
  destroyed: 'slipway:destroyed',
  /** A hash: bytes by id, as last measured. */
  usage: 'slipway:usage',
  /** Held by the replica of the portal that watches. */
  watcher: 'slipway:watcher',
};

/**
 * What our registry on the server has about a database.
 * @internal
 */
export interface TenantRecord {
  externalName: string;
  name: string;
  environment: string;
  owner: string;
  fence: bigint;
  /** The workload login in use. */
  active?: 'a' | 'b';
  suspended: boolean;
  /** Whether the application's logins were made. */
  hasLogins: boolean;
  /** What the watch holds each login to; absent until the rights were given. */
  connectionLimit?: number;
  /** People's logins, by name. */
  personal: Map<string, PersonalRecord>;
}

/** @internal */
export interface PersonalRecord {
  loginId: string;
  access: PersonalLoginAccess;
  expiresAt: Date;
}

const PERSONAL = 'login:';

/** The field of a tenant's hash that says something about a person's login. */
export function personalField(username: string): string {
  return `${PERSONAL}${username}`;
}

/** @internal */
export function expiryMember(id: string, username: string): string {
  return `${id} ${username}`;
}

/**
 * Reads what is in a tenant's hash.
 *
 * @returns `tombstone` is the fence with which it was destroyed
 * @internal
 */
export function parseTenant(reply: Reply): {
  record?: TenantRecord;
  tombstone?: bigint;
} {
  const fields = toMap(reply);
  const fence = fields.get('fence');
  if (fence === undefined) {
    return {};
  }
  const externalName = fields.get('externalName');
  if (externalName === undefined) {
    return { tombstone: BigInt(fence) };
  }
  const active = fields.get('active');
  const limit = fields.get('connectionLimit');
  return {
    record: {
      externalName,
      name: fields.get('name') ?? '',
      environment: fields.get('environment') ?? '',
      owner: fields.get('owner') ?? '',
      fence: BigInt(fence),
      active: active === 'a' || active === 'b' ? active : undefined,
      suspended: fields.get('suspended') === '1',
      hasLogins: fields.get('logins') === '1',
      connectionLimit: limit === undefined ? undefined : Number(limit),
      personal: new Map(
        [...fields]
          .filter(([field]) => field.startsWith(PERSONAL))
          .map(([field, text]) => [
            field.slice(PERSONAL.length),
            toLogin(text),
          ]),
      ),
    },
  };
}

function toLogin(text: string): PersonalRecord {
  const login = JSON.parse(text);
  return { ...login, expiresAt: new Date(login.expiresAt) };
}

/** A flat list of names and values as it is answered. */
export function toMap(reply: Reply): Map<string, string> {
  const list = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(
    list.flatMap((value, index) =>
      index % 2 === 0 ? [[value, list[index + 1]] as const] : [],
    ),
  );
}

/**
 * A script that runs also when tenants have filled the server: logins have to be
 * taken away all the same, and data removed. Commands that take memory are
 * refused then, and a script may say that it is not.
 */
const ALSO_WHEN_FULL = '#!lua flags=allow-oom\n';

/**
 * A command that writes into the registry also when the server is full. Not more than some thousand arguments.
 * @internal
 */
export function write(
  command: string,
  key: string,
  ...args: string[]
): Command {
  return [
    'EVAL',
    `${ALSO_WHEN_FULL}return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))`,
    '1',
    key,
    command,
    ...args,
  ];
}

/** Begins a script that answers 0 and does nothing when a newer worker has been here. Numbers of Lua end before fences do. */
const FENCED = `${ALSO_WHEN_FULL}local seen = redis.call('HGET', KEYS[1], 'fence')
if seen and (#seen > #ARGV[1] or (#seen == #ARGV[1] and seen > ARGV[1])) then return 0 end
`;

/**
 * Writes the fence, and nothing when a newer worker has been here; also when the server is full. Answers 1 or 0.
 * @internal
 */
export function writeFence(id: string, fence: bigint): Command {
  return [
    'EVAL',
    `${FENCED}redis.call('HSET', KEYS[1], 'fence', ARGV[1])
return 1`,
    '1',
    registry.tenant(id),
    fence.toString(),
  ];
}

/**
 * Removes keys, and nothing when a newer worker has been here; also when the server is full. Answers 1 or 0.
 * @internal
 */
export function removeKeys(id: string, fence: bigint, keys: string[]): Command {
  return [
    'EVAL',
    `${FENCED}redis.call('UNLINK', unpack(KEYS, 2))
return 1`,
    `${keys.length + 1}`,
    registry.tenant(id),
    ...keys,
    fence.toString(),
  ];
}
