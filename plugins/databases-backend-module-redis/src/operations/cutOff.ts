import { Command } from '../RedisServer';
import { expiryMember, personalField, registry } from '../registry';
import { Tenant } from '../tenant';

/**
 * Turns logins off and ends their sessions. In one transaction: Redis checks a
 * password and begins the session in one step, so that nobody slips in between.
 *
 * @param there - which users are on the server
 * @param options - `forget`: their passwords too
 * @internal
 */
export function cutOff(
  there: { has(username: string): boolean },
  usernames: string[],
  options: { forget: boolean },
): Command[] {
  return usernames
    .filter(name => there.has(name))
    .flatMap(name => [
      ['ACL', 'SETUSER', name, 'off', ...(options.forget ? ['resetpass'] : [])],
      ['CLIENT', 'KILL', 'USER', name],
    ]);
}

/**
 * Ends sessions of people's logins, and removes these.
 *
 * @returns what belongs into a change
 * @internal
 */
export function removePersonalLogins(
  id: string,
  tenant: Tenant,
  usernames: string[] = [...(tenant.record?.personal.keys() ?? [])],
): { unset: string[]; commands: Command[] } {
  return {
    unset: usernames.map(personalField),
    commands: usernames.flatMap(name => [
      ...cutOff(tenant.users, [name], { forget: true }),
      ...(tenant.users.has(name) ? [['ACL', 'DELUSER', name] as const] : []),
      ['ZREM', registry.expiries, expiryMember(id, name)],
    ]),
  };
}
