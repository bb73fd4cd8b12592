import { RetryableError } from '@slipway/plugin-databases-node';
import { Session } from '../PostgresServer';

const ROUNDS = 5;
const WAIT_MS = 2_000;

/**
 * Ends all sessions of these roles and waits until they are gone. Looks again
 * afterwards: a login that was just being let in while its role was turned off
 * appears only then.
 *
 * @throws RetryableError when some remain
 * @internal
 */
export async function terminateSessions(
  session: Session,
  roles: string[],
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { rowCount } = await session.query(
      `SELECT pg_terminate_backend(pid, ${WAIT_MS})
         FROM pg_stat_activity
        WHERE usename = ANY($1) AND pid <> pg_backend_pid()`,
      [roles],
    );
    if (rowCount === 0) {
      return;
    }
  }
  throw new RetryableError('Some sessions did not end in time');
}
