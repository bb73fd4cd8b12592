import { tenantNames } from '../identifiers';
import { cutOff } from '../operations/cutOff';
import { RedisServer } from '../RedisServer';
import { parseTenant, registry } from '../registry';
import { readUsers } from '../users';

/**
 * Removes people's logins that bear the mark of a database whose registry does
 * not have them: a power cut can keep the users and lose the last second of the
 * registry, and with it when they end. Whoever needs one gets another.
 * @internal
 */
export async function endForgotten(
  server: RedisServer,
  signal?: AbortSignal,
): Promise<void> {
  await server.use(
    async session => {
      const users = await session.call('ACL', 'LIST');
      for (const line of Array.isArray(users) ? users.map(String) : []) {
        const name = line.split(' ')[1];
        const id = / %R~slipway:owner:(\S+)/.exec(line)?.[1];
        if (id === undefined) {
          continue;
        }
        const key = registry.tenant(id);
        await server.undisturbed(session, async () => {
          await session.call('WATCH', key);
          const { record } = parseTenant(await session.call('HGETALL', key));
          const isKnown =
            !record ||
            record.personal.has(name) ||
            Object.values(tenantNames(record.externalName).logins).includes(
              name,
            );
          if (isKnown) {
            await session.call('UNWATCH');
            return { result: undefined };
          }
          const [user] = await readUsers(session, [name]);
          const done = await session.transaction([
            ...cutOff(new Set(user ? [name] : []), [name], { forget: true }),
            ['ACL', 'DELUSER', name],
            ['ACL', 'SAVE'],
          ]);
          return done && { result: undefined };
        });
      }
    },
    { signal },
  );
}
