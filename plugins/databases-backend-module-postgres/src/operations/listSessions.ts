import type {
  DatabaseTarget,
  ObservedSession,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { isToolRoleName } from '../identifiers';
import { readTenant } from '../tenant';
import type { OperationContext } from './context';
import { listPersonalRoles } from './personalRoles';

/**
 * Who is connected to a database, and who is with one of its logins elsewhere. Of a login that the platform did not make, the
 * server tells a provisioner its name only, or nothing.
 * @internal
 */
export async function listSessions(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: ReadContext = {},
): Promise<ObservedSession[]> {
  return server.read(async session => {
    const { names, marker, foreign } = await readTenant(session, target);
    if (foreign || !marker) return [];
    const workload = Object.values(names.logins);
    const people = (await listPersonalRoles(session, target.id)).map(
      ({ name }) => name,
    );
    const { rows } = await session.query(
      `SELECT usename, nullif(application_name, '') AS application, host(client_addr) AS address,
              coalesce(backend_start, now()) AS since
         FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND usename IS NOT NULL AND usename <> current_user
          AND (datname = $1 OR usename = ANY($2))
        ORDER BY since, pid`,
      [names.database, [...workload, ...people]],
    );
    return rows
      .filter(({ usename }) => !isToolRoleName(usename))
      .map(({ usename, application, address, since }) => ({
        username: usename,
        kind: kindOf(usename, { workload, people }),
        ...(application && { application }),
        ...(address && { address }),
        since,
      }));
  }, context);
}

function kindOf(
  username: string,
  { workload, people }: { workload: string[]; people: string[] },
): ObservedSession['kind'] {
  if (workload.includes(username)) return 'application';
  return people.includes(username) ? 'personal' : 'other';
}
