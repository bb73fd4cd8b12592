import type {
  DatabaseTarget,
  ObservedSession,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { readTenant } from '../tenant';
import type { OperationContext } from './context';

/**
 * Who is connected with one of a database's logins. Whoever else is on the server is not seen to use it: a session belongs
 * to no database there.
 * @internal
 */
export async function describeSessions(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: ReadContext = {},
): Promise<ObservedSession[]> {
  return server.use(async session => {
    const { names, record, foreign } = await readTenant(session, target);
    if (foreign || !record) return [];
    const workload = new Set<string>(Object.values(names.logins));
    const now = Date.now();
    return String(await session.call('CLIENT', 'LIST'))
      .split('\n')
      .map(fieldsOf)
      .filter(({ user }) => workload.has(user) || record.personal.has(user))
      .map(({ user, name, addr = '', age }): ObservedSession => {
        const address = addr.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
        return {
          username: user,
          kind: workload.has(user) ? 'application' : 'personal',
          ...(name && { application: name }),
          ...(address && { address }),
          since: new Date(now - Number(age) * 1_000),
        };
      })
      .sort((one, other) => one.since.getTime() - other.since.getTime());
  }, context);
}

/** No field holds a blank, so that nobody can write more of them. */
function fieldsOf(line: string): Record<string, string> {
  return Object.fromEntries(
    line.split(' ').map(field => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
}
