import {
  DatabaseTarget,
  MeasuredDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { registry } from '../registry';
import { readTenant } from '../tenant';
import { OperationContext } from './context';
import { listSessions } from './sessions';

/**
 * Memory and sessions of one database. Hits and the log of slow commands are the whole server's, and that log holds values.
 * @internal
 */
export async function measureDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context?: ReadContext,
): Promise<MeasuredDatabase | undefined> {
  return server.use(async session => {
    const { foreign, names, record } = await readTenant(session, target);
    if (foreign || !record) return undefined;
    const sessions = await listSessions(session);
    const logins = [...Object.values(names.logins), ...record.personal.keys()];
    const bytes = await session.call('HGET', registry.usage, target.id);
    return {
      ...(bytes !== null && { sizeBytes: Number(bytes) }),
      sessions: logins.reduce(
        (sum, login) => sum + (sessions.get(login)?.length ?? 0),
        0,
      ),
    };
  }, context);
}
