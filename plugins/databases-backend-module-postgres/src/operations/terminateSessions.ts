import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '@slipway/plugin-databases-node';
import type { Session } from '../PostgresServer';

const WAIT_MS = 10_000;
const PAUSE_MS = 50;

/**
 * Ends all sessions of these roles and waits until they are gone.
 *
 * @throws RetryableError when some remain
 * @internal
 */
export async function terminateSessions(
  session: Session,
  roles: string[],
): Promise<void> {
  const gone = await endSessions(session, 'usename = ANY($1)', [roles]);
  if (!gone) {
    throw new RetryableError('Some sessions did not end in time');
  }
}

/**
 * Asks all sessions of these roles to end, once, and does not wait: others may
 * begin meanwhile.
 * @internal
 */
export async function askSessionsToEnd(
  session: Pick<Session, 'query'>,
  roles: string[],
): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND usename = ANY($1)`,
    [roles],
  );
}

/**
 * Ends sessions, all at once, and waits until they are gone. Looks again
 * afterwards: a login that was just being let in while its role was turned off
 * appears only then.
 *
 * @param condition - on `pg_stat_activity`, of values `$1` and on
 * @returns whether all are gone
 * @internal
 */
export async function endSessions(
  session: Pick<Session, 'query'>,
  condition: string,
  values: unknown[],
): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const { rowCount } = await session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND ${condition}`,
      values,
    );
    if (rowCount === 0) {
      return true;
    }
    if (Date.now() > deadline) {
      return false;
    }
    await sleep(PAUSE_MS);
  }
}
