import { quoteName } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import { terminateSessions } from './terminateSessions';

/**
 * Turns logins off in one transaction with `more`, and ends their sessions. The
 * order matters: a login that is off cannot begin a session while we end the
 * others.
 *
 * @remarks
 *
 * Comes before everything that needs a session in a tenant's database or a lock:
 * whatever holds that up, access has ended.
 * @internal
 */
export async function cutOff(
  server: PostgresServer,
  session: Session,
  logins: string[],
  more: () => Promise<unknown> = async () => {},
): Promise<void> {
  await server.transaction(session, async () => {
    for (const login of logins) {
      await session.query(`ALTER ROLE ${quoteName(login)} NOLOGIN`);
    }
    await more();
  });
  await terminateSessions(session, logins);
}
