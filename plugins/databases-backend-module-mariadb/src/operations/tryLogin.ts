import { createConnection, RowDataPacket } from 'mysql2/promise';
import { serverErrors, toProviderError } from '../errors';
import { MariaDbServer, Session } from '../MariaDbServer';

/**
 * What came of trying to log in.
 *
 * - `accepted`: a session began.
 * - `wrong-password`, `not-allowed`: the server said no.
 * - `no-database`: there is no such database (any more).
 * @internal
 */
export type LoginOutcome =
  'accepted' | 'wrong-password' | 'not-allowed' | 'no-database';

const OUTCOMES: Record<number, LoginOutcome> = {
  [serverErrors.accessDenied]: 'wrong-password',
  [serverErrors.accountLocked]: 'wrong-password',
  [serverErrors.databaseDenied]: 'not-allowed',
  [serverErrors.unknownDatabase]: 'no-database',
};

/**
 * Logs in as somebody, and works with the session if one begins.
 *
 * @throws RetryableError when the server did not say yes or no
 * @internal
 */
export async function tryLogin<T>(
  server: MariaDbServer,
  login: { user: string; password: string; database: string },
  work?: (session: Session) => Promise<T>,
): Promise<{ outcome: LoginOutcome; result?: T }> {
  let connection;
  try {
    connection = await createConnection(server.connectionOptions(login));
  } catch (error) {
    const outcome = OUTCOMES[(error as { errno?: number }).errno ?? 0];
    if (outcome) {
      return { outcome };
    }
    throw toProviderError(error, server.title, 'connect');
  }
  try {
    const open = connection;
    const result = await work?.({
      query: async (sql, values) =>
        (
          await open.query<RowDataPacket[]>({ sql, values, timeout: 30_000 })
        )[0],
    });
    return { outcome: 'accepted', result };
  } finally {
    connection.destroy();
  }
}
