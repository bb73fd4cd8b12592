import type {
  DatabaseTarget,
  ObservedSession,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { personalLogins, readTenant } from '../tenant';
import type { OperationContext } from './context';

/**
 * Who is connected with one of a database's logins, or uses it with another one. How long a session is open MariaDB does not tell:
 * `since` is from when on it does what it does now.
 * @internal
 */
export async function listSessions(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: ReadContext = {},
): Promise<ObservedSession[]> {
  return server.read(async session => {
    const tenant = await readTenant(session, target);
    const { names, record, foreign } = tenant;
    if (foreign || !record) return [];
    const workload = Object.values(names.logins);
    const people = personalLogins(tenant).map(({ username }) => username);
    const rows = await session.query(
      `SELECT USER AS login, HOST AS host, UNIX_TIMESTAMP() - TIME_MS / 1000 AS since
         FROM information_schema.PROCESSLIST
        WHERE (USER IN (?) OR DB = ?) AND ID <> CONNECTION_ID()
          AND USER <> SUBSTRING_INDEX(CURRENT_USER(), '@', 1)
        ORDER BY since, ID`,
      [[...workload, ...people], names.database],
    );
    return rows.map(({ login, host, since }) => {
      const address = String(host ?? '').replace(/:\d+$/, '');
      const known = workload.includes(login) ? 'application' : 'personal';
      return {
        username: login,
        kind: [...workload, ...people].includes(login) ? known : 'other',
        ...(address && { address }),
        since: new Date(Number(since) * 1_000),
      };
    });
  }, context);
}
