import { toProviderError } from '../errors';
import { PostgresServer, Session } from '../PostgresServer';

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

/**
 * Logs in as somebody, and works with the session if one begins.
 *
 * @throws RetryableError when the server did not say yes or no
 * @internal
 */
export async function tryLogin<T>(
  server: PostgresServer,
  database: string,
  login: { user: string; password: string },
  work?: (session: Session) => Promise<T>,
): Promise<{ outcome: LoginOutcome; result?: T }> {
  const client = server.client(database, login);
  try {
    try {
      await client.connect();
    } catch (error) {
      switch ((error as { code?: string }).code) {
        case '28P01':
          return { outcome: 'wrong-password' };
        case '28000':
          // The server's own rules keep everybody out, as of `rdsadmin` on AWS RDS, whatever the password is.
          return /pg_hba\.conf/.test((error as Error).message)
            ? { outcome: 'not-allowed' }
            : { outcome: 'wrong-password' };
        case '42501':
          return { outcome: 'not-allowed' };
        case '3D000':
          return { outcome: 'no-database' };
        default:
          throw toProviderError(error, server.title, 'connect');
      }
    }
    return { outcome: 'accepted', result: await work?.(client) };
  } finally {
    await client.end().catch(() => {
      // Closed already.
    });
  }
}
