import { RetryableError } from '@slipway/plugin-databases-node';
import { quoteName, quoteText } from '../identifiers';
import type { Session } from '../PostgresServer';

/** What may pass between noting the time and the end of its transaction, in seconds. */
const MARGIN_S = 2;

/**
 * Notes when a login's password was taken, as the end of the role's validity. To
 * be called in the transaction that turns the login off, after it did.
 * @internal
 */
export async function noteTakenOut(
  session: Pick<Session, 'query'>,
  login: string,
): Promise<void> {
  const { rows } = await session.query('SELECT clock_timestamp()::text AS now');
  await session.query(
    `ALTER ROLE ${quoteName(login)} VALID UNTIL ${quoteText(rows[0].now)}`,
  );
}

/**
 * Lets a login be turned on again only when nobody can finish with its last
 * password any more.
 *
 * @remarks
 *
 * Postgres reads the password when a client begins to log in, and looks whether
 * the login is on when it has finished. A client that stalls in between comes in
 * with a password that was taken meanwhile, if the login is on again by then. It
 * belongs to no role yet, and only a superuser could end it. The server itself
 * does, after its `authentication_timeout`.
 *
 * @throws RetryableError with the time that is left
 * @internal
 */
export async function waitForStalled(
  session: Pick<Session, 'query'>,
  login: string,
): Promise<void> {
  const { rows } = await session.query(
    `SELECT ceil(s.setting::int + ${MARGIN_S} - extract(epoch FROM clock_timestamp() - r.rolvaliduntil))::int AS seconds
       FROM pg_roles r, pg_settings s
      WHERE r.rolname = $1 AND isfinite(r.rolvaliduntil) AND s.name = 'authentication_timeout'`,
    [login],
  );
  const seconds: number = rows[0]?.seconds ?? 0;
  if (seconds > 0) {
    throw new RetryableError(
      `The login was turned off a moment ago. Who had begun to log in with its old password may finish with it for ${seconds} s more (authentication_timeout of the server); then it is set up with a new one.`,
      { retryAfterMs: seconds * 1000 },
    );
  }
}
