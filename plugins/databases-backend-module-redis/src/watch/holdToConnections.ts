import type { DatabaseIncident } from '@slipway/plugin-databases-node';
import { tenantNames } from '../identifiers';
import { listRecords } from '../operations/listOwned';
import { listSessions } from '../operations/sessions';
import { RedisServer } from '../RedisServer';

/** How many sessions a person's login may have. */
const PERSONAL_SESSIONS = 5;

/**
 * Redis counts no connections of a user: whoever has more than the database's
 * size gives loses the newest.
 *
 * @returns what was ended, for the owners
 * @internal
 */
export async function holdToConnections(
  server: RedisServer,
): Promise<DatabaseIncident[]> {
  return server.use(async session => {
    const records = await listRecords(session);
    const sessions = await listSessions(session);
    const incidents: DatabaseIncident[] = [];
    const hold = async (
      login: string,
      limit: number,
      about: Pick<DatabaseIncident, 'externalName' | 'loginId'>,
    ) => {
      const open = sessions.get(login) ?? [];
      const tooMany = open.slice(limit);
      if (tooMany.length === 0) {
        return;
      }
      // One that has gone by itself is answered with an error.
      await session.callAll(
        tooMany.map(id => ['CLIENT', 'KILL', 'ID', `${id}`] as const),
      );
      incidents.push({
        ...about,
        isRepeated: false,
        message: `The login ${login} had ${open.length} connections, of which it may have ${limit}. The newest ${tooMany.length} were ended.`,
      });
    };
    for (const {
      externalName,
      connectionLimit,
      personal,
    } of records.values()) {
      for (const login of Object.values(tenantNames(externalName).logins)) {
        await hold(login, connectionLimit ?? Infinity, { externalName });
      }
      for (const [login, { loginId }] of personal) {
        await hold(login, PERSONAL_SESSIONS, { externalName, loginId });
      }
    }
    return incidents;
  });
}
