import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import { ownerMark, ownPattern } from './identifiers';
import type { Session } from './RedisServer';

/**
 * Commands on the data of a key that they name, so that the server can check the
 * key. What searches all keys, or runs code, is in none of these categories.
 */
const DATA = [
  'string',
  'hash',
  'list',
  'set',
  'sortedset',
  'stream',
  'bitmap',
  'hyperloglog',
  'geo',
].map(category => `+@${category}`);

/** On keys of whatever kind. */
const LOOK = [
  'exists',
  'type',
  'ttl',
  'pttl',
  'expiretime',
  'pexpiretime',
  'touch',
  'object|encoding',
  'object|freq',
  'object|idletime',
  'object|refcount',
  'memory|usage',
];

const CHANGE = [
  'del',
  'unlink',
  'expire',
  'pexpire',
  'expireat',
  'pexpireat',
  'persist',
  'rename',
  'renamenx',
];

const LISTEN = [
  'subscribe',
  'unsubscribe',
  'psubscribe',
  'punsubscribe',
  'ssubscribe',
  'sunsubscribe',
];

const PUBLISH = ['publish', 'spublish'];

/** About one's own session. */
const SESSION = [
  'multi',
  'exec',
  'discard',
  'watch',
  'unwatch',
  'auth',
  'hello',
  'ping',
  'echo',
  'quit',
  'reset',
  'time',
  'command',
  'acl|whoami',
  'client|id',
  'client|getname',
  'client|setname',
  'client|setinfo',
  'client|info',
  'client|reply',
];

/** Redis 7.0 does not look whose key PFMERGE is told when it is told only one. */
const WITHOUT = ['-@admin', '-@dangerous', '-pfmerge'];

interface Rights {
  keys: '~' | '%R~';
  categories: string[];
  commands: string[];
}

const write: Rights = {
  keys: '~',
  categories: [...DATA, ...WITHOUT],
  commands: [...LOOK, ...CHANGE, ...LISTEN, ...PUBLISH, ...SESSION],
};

/** What logins may do. Redis knows no difference between data and its structure. */
const rights: Record<PersonalLoginAccess | 'application', Rights> = {
  application: write,
  'read-write': write,
  schema: write,
  'read-only': {
    keys: '%R~',
    categories: [...DATA, '-@write', ...WITHOUT],
    commands: [...LOOK, ...LISTEN, ...SESSION],
  },
};

/**
 * The rules of a login, for ACL SETUSER: all but whether it is on and its
 * passwords, which stay as they are.
 *
 * @remarks
 *
 * Nothing is allowed but what is named. Left out on purpose: KEYS, SCAN,
 * RANDOMKEY, DBSIZE, FLUSHDB and FLUSHALL do not look at whose keys they are; SELECT,
 * MOVE and COPY lead to other databases, where nobody would clean up; PUBSUB
 * lists everybody's channels, CLIENT everybody's sessions, and CLIENT TRACKING
 * tells the names of all keys that change; scripts and functions stop everybody
 * while they run, and cannot be ended once they have written.
 * @internal
 */
export async function rulesFor(
  session: Session,
  tenant: { id: string; database: string },
  access: PersonalLoginAccess | 'application',
): Promise<string[]> {
  const own = ownPattern(tenant.database);
  return [
    'resetkeys',
    'resetchannels',
    'clearselectors',
    `${rights[access].keys}${own}`,
    ownerMark(tenant.id),
    `&${own}`,
    ...(await commandRules(session, access)),
  ];
}

/** The part of the rules that says which commands. */
export async function commandRules(
  session: Session,
  access: PersonalLoginAccess | 'application',
): Promise<string[]> {
  const { categories, commands } = rights[access];
  return [
    '-@all',
    ...categories,
    ...(await known(session, commands)).map(command => `+${command}`),
  ];
}

/** Those that this server knows: it takes no rule about others. */
export async function known(
  session: Session,
  commands: string[],
): Promise<string[]> {
  const found = await session.call('COMMAND', 'INFO', ...commands);
  return commands.filter(
    (_, index) => Array.isArray(found) && found[index] !== null,
  );
}
