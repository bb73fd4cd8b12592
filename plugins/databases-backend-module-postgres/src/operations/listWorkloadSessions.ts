import {
  DatabaseTarget,
  ReadContext,
  WorkloadSessions,
} from '@slipway/plugin-databases-node';
import { tenantNames } from '../identifiers';
import { OperationContext } from './context';

/**
 * Who uses the workload logins of these databases now: one question for all of them.
 * @internal
 */
export async function listWorkloadSessions(
  { server }: OperationContext,
  targets: DatabaseTarget[],
  context: ReadContext = {},
): Promise<WorkloadSessions[]> {
  const logins = new Map<string, Pick<WorkloadSessions, 'targetId' | 'slot'>>();
  for (const target of targets) {
    const names = tenantNames(target.externalName);
    for (const slot of ['a', 'b'] as const) {
      logins.set(names.logins[slot], { targetId: target.id, slot });
    }
  }
  return server.read(async session => {
    // The platform's own, which try a login, come from where this session comes from and say so.
    const { rows } = await session.query(
      `SELECT usename AS login, application_name AS application, coalesce(host(client_addr), '') AS address,
              count(*)::int AS sessions
         FROM pg_stat_activity
        WHERE usename = ANY($1) AND backend_type = 'client backend'
          AND NOT (application_name = 'slipway' AND client_addr IS NOT DISTINCT FROM (
            SELECT client_addr FROM pg_stat_activity WHERE pid = pg_backend_pid()))
        GROUP BY 1, 2, 3`,
      [[...logins.keys()]],
    );
    return rows.map(({ login, application, address, sessions }) => ({
      ...logins.get(login)!,
      application,
      address,
      sessions,
    }));
  }, context);
}
