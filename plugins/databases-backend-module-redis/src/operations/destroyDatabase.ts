import {
  DatabaseTarget,
  StaleFenceError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { ownPattern } from '../identifiers';
import { Command, Session } from '../RedisServer';
import { registry, removeKeys, write } from '../registry';
import { changeIn } from '../tenant';
import { OperationContext } from './context';
import { cutOff, removePersonalLogins } from './cutOff';

const TOMBSTONE_MS = 30 * 86_400_000;
const KEYS_AT_ONCE = '1000';

/**
 * Removes everything of one database: first the logins, so that nobody writes
 * any more, then the keys, and last what the registry has. Of that the fence
 * stays, so that a worker that was overtaken cannot make the database again.
 * @internal
 */
export async function destroyDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.use(async session => {
    const isThere = await changeIn(server, session, target, context, tenant => {
      const people = removePersonalLogins(target.id, tenant);
      const workload = Object.values(tenant.names.logins);
      return {
        takesAway: true,
        unset: people.unset,
        commands: [
          ...people.commands,
          ...cutOff(tenant.users, workload, { forget: true }),
          ...workload
            .filter(name => tenant.users.has(name))
            .map(name => ['ACL', 'DELUSER', name] as const),
        ],
        result: tenant.record !== undefined || tenant.users.size > 0,
      };
    });
    if (isThere) {
      await removeAllKeys(session, target, context);
    }
    const key = registry.tenant(target.id);
    const old = await listOldTombstones(session);
    const fence = context.fence.toString();
    await changeIn(server, session, target, context, tenant => ({
      takesAway: true,
      commands: [
        ...(tenant.record
          ? [
              ['DEL', registry.name(target.externalName)] as const,
              ['SREM', registry.tenants, target.id] as const,
              ['HDEL', registry.usage, target.id] as const,
            ]
          : []),
        ['DEL', key],
        write('HSET', key, 'fence', fence),
        write('ZADD', registry.destroyed, `${Date.now()}`, target.id),
        ...old,
      ],
      result: undefined,
    }));
  }, context);
}

/** Batch by batch, each only while nobody has taken the database over. */
async function removeAllKeys(
  session: Session,
  target: DatabaseTarget,
  { fence }: WriteContext,
): Promise<void> {
  let cursor = '0';
  do {
    const reply = await session.call(
      'SCAN',
      cursor,
      'MATCH',
      ownPattern(target.externalName),
      'COUNT',
      KEYS_AT_ONCE,
    );
    const [next, keys] = reply as [string, string[]];
    if (
      keys.length > 0 &&
      (await session.write(removeKeys(target.id, fence, keys))) !== 1
    ) {
      throw new StaleFenceError('Another worker has taken this database over');
    }
    cursor = next;
  } while (cursor !== '0');
}

async function listOldTombstones(session: Session): Promise<Command[]> {
  const ids = await session.call(
    'ZRANGE',
    registry.destroyed,
    '-inf',
    `${Date.now() - TOMBSTONE_MS}`,
    'BYSCORE',
    'LIMIT',
    '0',
    '100',
  );
  return (Array.isArray(ids) ? ids.map(String) : []).flatMap(id => [
    ['DEL', registry.tenant(id)],
    ['ZREM', registry.destroyed, id],
  ]);
}
