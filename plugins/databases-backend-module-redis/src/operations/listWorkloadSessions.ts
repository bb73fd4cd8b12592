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
  const text = await server.use(
    async session => String(await session.call('CLIENT', 'LIST')),
    context,
  );
  const seen = new Map<string, WorkloadSessions>();
  for (const line of text.split('\n')) {
    // A name of a session holds no blanks, so that nobody can write more fields.
    const login = logins.get(/ user=(\S+)/.exec(line)?.[1] ?? '');
    if (!login) continue;
    const one = {
      ...login,
      application: / name=(\S*)/.exec(line)?.[1] ?? '',
      address: withoutPort(/ addr=(\S*)/.exec(line)?.[1] ?? ''),
    };
    const key = JSON.stringify(one);
    const sessions = (seen.get(key)?.sessions ?? 0) + 1;
    seen.set(key, { ...one, sessions });
  }
  return [...seen.values()];
}

/** `10.0.0.7:51234` and `[::1]:51234` without their ends. */
function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
