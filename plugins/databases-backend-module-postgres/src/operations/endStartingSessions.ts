import { quoteName } from '../identifiers';
import type { Session } from '../PostgresServer';

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Asks sessions of these logins to end that have been let in and do not show
 * yet whose they are.
 *
 * @remarks
 *
 * Postgres checks that a login may log in, and writes into `pg_stat_activity`
 * who it is only when the session has begun: with `post_auth_delay`, which any
 * client may set, more than half an hour later. Until then it is one transaction
 * without a name. Whose it is, Postgres says to nobody but a superuser, and yet
 * knows: a role may end its own sessions and those of the roles that it is a
 * member of. Nobody is a member of a login but the platform. As that login, we
 * can end its sessions and are refused all others.
 *
 * A session that Postgres has not let in yet belongs to no role, and will find
 * that its login is off.
 *
 * @returns how many were asked
 * @internal
 */
export async function endStartingSessions(
  session: Pick<Session, 'query'>,
  logins: string[],
): Promise<number> {
  // Before Postgres 18 they are not in pg_stat_activity at all.
  const { rows } = await session.query(
    `SELECT l.pid FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock'
        AND l.pid <> pg_backend_pid() AND a.usesysid IS NULL`,
  );
  if (rows.length === 0) {
    return 0;
  }
  const { rows: existing } = await session.query(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY($1)',
    [logins],
  );
  const asked = new Set<number>();
  for (const { rolname } of existing) {
    await session.query(`SET ROLE ${quoteName(rolname)}`);
    try {
      for (const { pid } of rows) {
        if (await endAsTheRole(session, pid)) {
          asked.add(pid);
        }
      }
    } finally {
      await session.query('RESET ROLE');
    }
  }
  return asked.size;
}

async function endAsTheRole(
  session: Pick<Session, 'query'>,
  pid: number,
): Promise<boolean> {
  try {
    const { rows } = await session.query(
      'SELECT pg_terminate_backend($1) AS asked',
      [pid],
    );
    return rows[0].asked;
  } catch (error) {
    if ((error as { code?: string }).code === INSUFFICIENT_PRIVILEGE) {
      return false;
    }
    throw error;
  }
}
