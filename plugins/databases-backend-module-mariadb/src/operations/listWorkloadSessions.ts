import {
  DatabaseTarget,
  ReadContext,
  WorkloadSessions,
} from '@slipway/plugin-databases-node';
import { tenantNames } from '../identifiers';
import { OperationContext } from './context';

/**
 * Who uses the workload logins of these databases now: one question for all of them. MariaDB tells what clients call
 * themselves only with its performance schema, which is off unless somebody turns it on: it is not asked for.
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
  if (logins.size === 0) return [];
  return server.read(async session => {
    const rows = await session.query(
      `SELECT USER AS login, REGEXP_REPLACE(HOST, ':[0-9]+$', '') AS address, COUNT(*) AS sessions
         FROM information_schema.PROCESSLIST WHERE USER IN (?) GROUP BY 1, 2`,
      [[...logins.keys()]],
    );
    return rows.map(row => ({
      ...logins.get(String(row.login))!,
      application: '',
      address: String(row.address ?? ''),
      sessions: Number(row.sessions),
    }));
  }, context);
}
