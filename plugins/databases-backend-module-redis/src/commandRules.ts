import type { Session } from './RedisServer';

/**
 * Which commands there are on a server, by category. Subcommands are written
 * `client|list`.
 * @internal
 */
export type Categories = Map<string, string[]>;

/** @internal */
export async function readCategories(session: Session): Promise<Categories> {
  const reply = await session.call('ACL', 'CAT');
  const names = Array.isArray(reply) ? reply.map(String) : [];
  const lists = await session.callAll(
    names.map(name => ['ACL', 'CAT', name] as const),
  );
  return new Map(
    names.map((name, index) => {
      const list = lists[index];
      if (list instanceof Error) throw list;
      return [name, Array.isArray(list) ? list.map(String) : []];
    }),
  );
}

/**
 * The commands that rules allow on this server. Redis writes the rules of a user
 * anew in an order of its own, in other words after each start and in each version;
 * and a category may hold more commands in the next version. So it is the commands
 * that are compared.
 *
 * @param rules - as in ACL SETUSER: `-@all +@string -get +client|id`
 * @internal
 */
export function allowedBy(
  rules: string[],
  categories: Categories,
): Set<string> {
  const all = new Set([...categories.values()].flat());
  const allowed = new Set<string>();
  for (const rule of rules) {
    const adds = rule.startsWith('+');
    for (const command of meantBy(rule.slice(1), all, categories)) {
      if (adds) {
        allowed.add(command);
      } else {
        allowed.delete(command);
      }
    }
  }
  return allowed;
}

function meantBy(
  what: string,
  all: Set<string>,
  categories: Categories,
): Iterable<string> {
  if (what === '@all') {
    return all;
  }
  if (what.startsWith('@')) {
    return categories.get(what.slice(1)) ?? [];
  }
  const parts = [...all].filter(name => name.startsWith(`${what}|`));
  // What is not known is kept: an administrator's rule about a first argument, for instance.
  return parts.length === 0 || all.has(what) ? [what, ...parts] : parts;
}
