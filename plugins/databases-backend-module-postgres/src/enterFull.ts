import { RetryableError } from '@slipway/plugin-databases-node';
import { quoteName } from './identifiers';
import { endSessions } from './operations/terminateSessions';
import type { PostgresServer, Session } from './PostgresServer';

/**
 * How many places are added while we enter: ours, and some for those who are quicker. Whoever knocks counts until refused, so
 * that a busy application needs some. The last is more than a server has, and we have connections reserved on it.
 */
const PLACES = [4, 16, 64, 256, 1024];

/** Sessions that belong to tenants, whose roles the platform has made and is a member of. */
const OF_TENANTS = `backend_type = 'client backend' AND usename <> current_user AND pg_has_role(usesysid, 'USAGE')`;

/**
 * Whether a database refused us because its own connections are all taken,
 * which Postgres says with the same code as that the server's are.
 * @internal
 */
export function isDatabaseFull(error: unknown): boolean {
  const { code, message } = error as Error & { code?: string };
  return code === '53300' && /for database/.test(message);
}

/**
 * Gets into a database whose connection limit is reached, which binds the
 * platform too. Raises the limit for a moment and sets it back. Sessions of
 * tenants that came in meanwhile are ended; those from before stay, unless they
 * are just starting.
 *
 * @remarks
 *
 * Should the process die between the two, the limit is left too high: that is
 * drift, which running the steps again mends. The session for it is its own, and
 * is not stopped with the caller's work, so that nothing else leaves it so.
 *
 * @param enter - tries to connect once
 * @param except - a login of ours whose sessions are no tenant's
 * @throws RetryableError when tenants took every place before us
 * @internal
 */
export async function enterFull<T>(
  server: PostgresServer,
  database: string,
  enter: () => Promise<T>,
  except = '',
): Promise<T> {
  const door = server.client('postgres');
  try {
    await door.connect();
    // One at a time: otherwise a raised limit would be taken for the real one.
    await door.query(
      `SELECT pg_advisory_lock(hashtextextended('slipway-door:' || $1, 0))`,
      [database],
    );
    const before = await look(door, database);
    const setLimit = (limit: number) =>
      server.retrying(() =>
        door.query(
          `ALTER DATABASE ${quoteName(database)} WITH CONNECTION LIMIT ${limit}`,
        ),
      );
    for (const more of PLACES) {
      const raised = Math.max(before.places, before.taken) + more;
      try {
        await setLimit(raised);
        return await enter();
      } catch (error) {
        if (!isDatabaseFull(error)) {
          throw error;
        }
      } finally {
        // Unless it was resized meanwhile.
        if ((await look(door, database)).places === raised) {
          await setLimit(before.places);
        }
        await endSessions(door, {
          // Nobody can tell which of these were there before.
          starting: (await listLogins(door, database)).filter(
            login => login !== except,
          ),
          condition: `pid IN (
             SELECT pid FROM pg_stat_activity WHERE datname = $1 AND usename <> $3 AND ${OF_TENANTS}
              ORDER BY backend_start, pid OFFSET $2
           )`,
          values: [database, Math.max(before.places, before.tenants), except],
        });
      }
    }
    throw new RetryableError(
      `All connections of the database ${database} are taken, and its tenant is quicker than the platform`,
    );
  } finally {
    await door.end();
  }
}

async function look(door: Pick<Session, 'query'>, database: string) {
  const { rows } = await door.query(
    `SELECT datconnlimit AS places,
            (SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1) AS taken,
            (SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1 AND ${OF_TENANTS}) AS tenants
       FROM pg_database WHERE datname = $1`,
    [database],
  );
  if (!rows[0]) {
    throw new RetryableError(`The database ${database} was just removed`);
  }
  return rows[0] as { places: number; taken: number; tenants: number };
}

/** The tenants' logins that may enter a database. */
async function listLogins(
  door: Pick<Session, 'query'>,
  database: string,
): Promise<string[]> {
  const { rows } = await door.query(
    `SELECT r.rolname FROM pg_roles r
      WHERE r.rolcanlogin AND r.rolname <> current_user AND pg_has_role(r.oid, 'SET')
        AND has_database_privilege(r.oid, $1, 'CONNECT')`,
    [database],
  );
  return rows.map(({ rolname }) => rolname);
}
