import { RedisServer, Session } from '../RedisServer';
import { parseTenant, registry } from '../registry';
import { readTenant } from '../tenant';
import { cutOff } from '../operations/cutOff';

/**
 * Turns off the logins of people whose time has come, and ends their sessions.
 * They stay in the registry until the portal revokes them.
 * @internal
 */
export async function endExpired(
  server: RedisServer,
  now = Date.now(),
): Promise<void> {
  await server.use(async session => {
    const due = await session.call(
      'ZRANGE',
      registry.expiries,
      '-inf',
      `${now}`,
      'BYSCORE',
      'LIMIT',
      '0',
      '100',
    );
    for (const member of Array.isArray(due) ? due.map(String) : []) {
      await endOne(server, session, member, now);
    }
  });
}

/** It takes no fence: it does what was ordered when the login was made, unless that was changed since. */
async function endOne(
  server: RedisServer,
  session: Session,
  member: string,
  now: number,
): Promise<void> {
  const [id, username] = member.split(' ');
  await server.undisturbed(session, async () => {
    const key = registry.tenant(id);
    await session.call('WATCH', key);
    const { record } = parseTenant(await session.call('HGETALL', key));
    const login = record?.personal.get(username);
    const isOver = login && login.expiresAt.getTime() <= now;
    const tenant =
      record && isOver
        ? await readTenant(session, { id, externalName: record.externalName })
        : undefined;
    const done = await session.transaction([
      ...(tenant
        ? [
            ...cutOff(tenant.users, [username], { forget: true }),
            ['ACL', 'SAVE'] as const,
          ]
        : []),
      ...(login && !isOver
        ? []
        : [['ZREM', registry.expiries, member] as const]),
    ]);
    return done && { result: undefined };
  });
}
