import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '@slipway/plugin-databases-node';
import { serverErrors } from '../errors';
import { quoteLogin } from '../identifiers';
import { Session } from '../MariaDbServer';

/** How long sessions may take to end, in milliseconds. */
const PATIENCE_MS = 10_000;

/** After this time a client that is still logging in does so on purpose, in milliseconds. */
const LOGGING_IN_MS = 1_000;

/**
 * How many sessions each of these logins has.
 * @internal
 */
export async function countSessions(
  session: Session,
  logins: string[],
): Promise<Map<string, number>> {
  if (logins.length === 0) {
    return new Map();
  }
  const rows = await session.query(
    'SELECT USER AS login, COUNT(*) AS sessions FROM information_schema.PROCESSLIST WHERE USER IN (?) GROUP BY USER',
    [logins],
  );
  return new Map(rows.map(row => [row.login, Number(row.sessions)]));
}

/**
 * Turns logins off and ends their sessions.
 *
 * @remarks
 *
 * MariaDB reads what a login may do when a client names it, before it asks for
 * the password. A client that stalls there would get in later with what was read
 * before. Whose such a session is to be, the server shows to nobody: so whoever was
 * logging in when the logins were turned off, and still is after a second, is
 * ended, also when it is a neighbour's. Its next try is not hindered.
 * @internal
 */
export async function cutOff(
  session: Session,
  logins: string[],
): Promise<void> {
  if (logins.length === 0) {
    return;
  }
  for (const login of logins) {
    await session.query(`ALTER USER ${quoteLogin(login)} ACCOUNT LOCK`);
  }
  const starting = await listStarting(session);
  const stalled = Date.now() + LOGGING_IN_MS;
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const rows = await session.query(
      'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER IN (?)',
      [logins],
    );
    const remaining = (await listStarting(session)).filter(id =>
      starting.includes(id),
    );
    if (rows.length === 0 && remaining.length === 0) {
      return;
    }
    for (const id of [
      ...rows.map(row => Number(row.id)),
      ...(Date.now() >= stalled ? remaining : []),
    ]) {
      await kill(session, id);
    }
    if (Date.now() > end) {
      throw new RetryableError('Sessions of the database do not end');
    }
    await sleep(20, undefined, { signal: session.signal });
  }
}

async function listStarting(session: Session): Promise<number[]> {
  const rows = await session.query(
    `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'unauthenticated user'`,
  );
  return rows.map(row => Number(row.id));
}

async function kill(session: Session, id: number): Promise<void> {
  try {
    await session.query(`KILL CONNECTION ${id}`);
  } catch (error) {
    if ((error as { errno?: number }).errno !== serverErrors.noSuchThread) {
      throw error;
    }
  }
}
