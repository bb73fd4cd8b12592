import { quoteName } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import { endBlockers } from './endBlockers';
import { askSessionsToEnd, terminateSessions } from './terminateSessions';

/**
 * Turns logins off in one transaction with `more`, and ends their sessions.
 *
 * @remarks
 *
 * Comes before everything that needs a session in a tenant's database or a lock:
 * whatever holds that up, access has ended.
 *
 * Everybody may alter their own role, and so hold it in a transaction that never
 * ends. Therefore sessions are ended before, and those that come back and hold
 * the role again while we wait for it. They are ended once more afterwards, for a
 * login that is off cannot begin a session while we end the others.
 * @internal
 */
export async function cutOff(
  server: PostgresServer,
  session: Session,
  logins: string[],
  more: () => Promise<unknown> = async () => {},
): Promise<void> {
  await askSessionsToEnd(session, logins);
  await endBlockers(server, session, () =>
    server.transaction(session, async () => {
      for (const login of logins) {
        await session.query(`ALTER ROLE ${quoteName(login)} NOLOGIN`);
      }
      await more();
    }),
  );
  await terminateSessions(session, logins);
}
