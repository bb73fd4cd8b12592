import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '@slipway/plugin-databases-node';
import type { Session } from '../PostgresServer';
import { endStartingSessions } from './endStartingSessions';

const WAIT_MS = 10_000;
const PAUSE_MS = 50;

/** A session that is just being let in may be seen by the second look only. */
const EMPTY_LOOKS = 2;

/**
 * Ends all sessions of these logins and waits until they are gone, also of those
 * that do not show yet whose they are. The logins must be off already.
 *
 * @throws RetryableError when some remain
 * @internal
 */
export async function terminateSessions(
  session: Session,
  logins: string[],
): Promise<void> {
  const gone = await endSessions(session, {
    starting: logins,
    condition: 'usename = ANY($1)',
    values: [logins],
  });
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
 * @param which - `starting`: the logins whose sessions are ended while they do
 *   not show whose they are; `condition`: on `pg_stat_activity`, for all others,
 *   of `values` `$1` and on
 * @returns whether all are gone
 * @internal
 */
export async function endSessions(
  session: Pick<Session, 'query'>,
  which: { starting: string[]; condition: string; values: unknown[] },
): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS;
  for (let empty = 0; ;) {
    // In this order: one that shows itself meanwhile is found among the others.
    const starting = await endStartingSessions(session, which.starting);
    const { rows } = await session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND ${which.condition}`,
      which.values,
    );
    empty = starting + rows.length === 0 ? empty + 1 : 0;
    if (empty === EMPTY_LOOKS) {
      return true;
    }
    if (Date.now() > deadline) {
      return false;
    }
    await sleep(PAUSE_MS);
  }
}
