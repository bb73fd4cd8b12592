import type { RedisProviderConfig } from './config';
import { versionIn } from './operations/observeDatabase';
import type { Session } from './RedisServer';
import { toMap } from './registry';

/** The oldest Redis whose users may read some keys and write others. */
const OLDEST = 7;

const SETTINGS = [
  'aclfile',
  'appendonly',
  'appendfsync',
  'cluster-enabled',
  'maxmemory',
  'maxmemory-policy',
  'port',
  'tls-port',
];

/**
 * Says what makes a server unfit for several tenants; empty when nothing does.
 *
 * @returns sentences with what to do about it
 * @internal
 */
export async function whatLetsTenantsIn(
  session: Session,
  config: Pick<RedisProviderConfig, 'connection'>,
): Promise<string[]> {
  const info = String(await session.call('INFO'));
  const version = versionIn(info) ?? 'of an unknown version';
  if (!(Number.parseInt(version, 10) >= OLDEST)) {
    return [
      `It is ${version}. Use Redis ${OLDEST} or newer: users of older ones cannot be held to reading.`,
    ];
  }
  const settings = new Map<string, string>();
  for (const name of SETTINGS) {
    const reply = await session.call('CONFIG', 'GET', name);
    toMap(reply).forEach((value, key) => settings.set(key, value));
  }
  const users = await session.call('ACL', 'LIST');
  return [
    ...unfitSettings(settings, Boolean(config.connection.ssl)),
    ...(/^role:slave/m.test(info)
      ? ['It is a replica. Name the primary under databases.providers.redis.']
      : []),
    ...openUsers(Array.isArray(users) ? users.map(String) : []),
  ];
}

function unfitSettings(
  settings: Map<string, string>,
  byTls: boolean,
): string[] {
  const is = (name: string) => settings.get(name) ?? '';
  const rules: Array<[boolean, string]> = [
    [
      is('cluster-enabled') === 'yes',
      'It runs in cluster mode, where each node has users of its own. Use a server that does not.',
    ],
    [
      is('aclfile') === '',
      'It keeps no users: all logins would be gone when it is started again. Set aclfile.',
    ],
    [
      is('appendonly') !== 'yes' || is('appendfsync') === 'no',
      'It may forget what it was told: our registry of what is whose would be gone when it is started again. Set appendonly yes, and appendfsync everysec or always.',
    ],
    [
      is('maxmemory') === '0',
      'Its memory has no limit, so that one tenant can bring it down. Set maxmemory.',
    ],
    [
      is('maxmemory-policy').startsWith('allkeys-'),
      'When its memory is full it removes keys of any tenant, and our registry. Set maxmemory-policy to noeviction, or to one that begins with "volatile-".',
    ],
    [
      byTls && !['', '0'].includes(is('tls-port')) && is('port') !== '0',
      'It can be reached without TLS. Set port 0.',
    ],
  ];
  return rules.filter(([unfit]) => unfit).map(([, sentence]) => sentence);
}

/** @param users - as ACL LIST has them: "user NAME on nopass …" */
function openUsers(users: string[]): string[] {
  const open = users
    .map(line => line.split(' '))
    .filter(words => words.includes('on') && words.includes('nopass'))
    .map(([, name]) => `"${name}"`);
  return open.length > 0
    ? [
        `Everybody may log in without a password as ${open.join(', ')}. Give a password (ACL SETUSER … resetpass >…), or turn the user off.`,
      ]
    : [];
}
