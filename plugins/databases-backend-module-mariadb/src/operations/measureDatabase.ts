import {
  DatabaseTarget,
  MeasuredDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { readTenant } from '../tenant';
import { OperationContext } from './context';
import { readUsage } from './readUsage';
import { countSessions } from './sessions';

/**
 * Size and sessions of one database. How often reads find their page in memory, MariaDB counts for the whole server only.
 * @internal
 */
export async function measureDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context?: ReadContext,
): Promise<MeasuredDatabase | undefined> {
  return server.read(async session => {
    const tenant = await readTenant(session, target);
    if (tenant.foreign || !tenant.record || !tenant.hasDatabase) {
      return undefined;
    }
    const { sizeBytes } = await readUsage(session, tenant.names.database);
    const sessions = await countSessions(session, [...tenant.logins.keys()]);
    return {
      sizeBytes,
      sessions: [...sessions.values()].reduce((sum, each) => sum + each, 0),
    };
  }, context);
}
