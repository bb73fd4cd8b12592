import type { ClientBase } from 'pg';
import { personName } from '../identifiers';
import { readMarker } from '../marker';
import { readRecords } from '../records';
import type { LockHolder } from './chooseSessions';

type Watcher = Pick<ClientBase, 'query'>;

/** The numbers of the catalogs of roles and databases among the catalogs, the same on every server: to look them up takes a lock. */
const ROLES = 1260;
const DATABASES = 1262;

/** One of all replicas watches a server: whoever has this lock, until its session ends. Tenants cannot reach the database that it is in. */
const TURN = `hashtextextended('slipway-lock-watch', 0)`;

/**
 * Opens the transaction in which is looked, and takes in it every lock that looking and ending take, so that both work while the
 * table is full.
 *
 * @remarks
 *
 * What a transaction holds already it takes again without a place in the table. Between two looks it has no snapshot, so that
 * it keeps nothing from being vacuumed.
 *
 * @returns whether it is this session's turn; otherwise another replica watches, and there is no transaction
 * @internal
 */
export async function takeTurn(watcher: Watcher): Promise<boolean> {
  await watcher.query('BEGIN');
  const { rows } = await watcher.query(
    `SELECT pg_try_advisory_xact_lock(${TURN}) AS is_mine`,
  );
  if (!rows[0].is_mine) {
    await watcher.query('ROLLBACK');
    return false;
  }
  // Planning it locks the tables behind the views, with their indexes.
  await watcher.query(
    'SELECT FROM pg_stat_activity, pg_locks, pg_auth_members, pg_shdescription LIMIT 0',
  );
  return true;
}

/**
 * How many places the table of locks has at least: Postgres counts a few processes of its own as well.
 * @internal
 */
export async function readTableSize(watcher: Watcher): Promise<number> {
  const { rows } = await watcher.query(
    `SELECT current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int AS places`,
  );
  return rows[0].places;
}

/**
 * The sessions of tenants that hold places in the table.
 *
 * @remarks
 *
 * Locks by the fast path have none there. Neither have the predicate locks of serializable transactions, which are in a table of
 * their own, and outlive their transaction for as long as any older serializable one is open, a neighbour's as well.
 * @internal
 */
export async function lookAtLocks(watcher: Watcher): Promise<LockHolder[]> {
  // Within a transaction Postgres shows the sessions as they were when it was asked first.
  await watcher.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await watcher.query(
    `SELECT a.pid, a.backend_start::text AS "startedAt", a.datname AS database, a.usename AS login, held.locks, d.description
       FROM (SELECT pid, count(*)::int AS locks FROM pg_locks WHERE NOT fastpath AND mode <> 'SIReadLock' GROUP BY pid) held
       JOIN pg_stat_activity a ON a.pid = held.pid
       LEFT JOIN pg_shdescription d ON d.objoid = a.usesysid AND d.classoid = ${ROLES}
      WHERE a.datname IS NOT NULL AND a.usename <> current_user AND pg_has_role(a.usesysid, 'USAGE')`,
  );
  return rows.map(({ description, ...holder }) => {
    const marker = readMarker(description);
    if (marker?.kind === 'tool') {
      return { ...holder, isTool: true };
    }
    return marker?.kind === 'personal'
      ? {
          ...holder,
          loginId: marker.loginId,
          person: personName(marker.person),
        }
      : holder;
  });
}

/**
 * The owning groups of the databases of tenants, by their names on the server.
 * @internal
 */
export async function readOwners(
  watcher: Watcher,
): Promise<Map<string, string>> {
  const records = await readRecords(watcher);
  const { rows } = await watcher.query(
    `SELECT d.datname AS database, c.description FROM pg_database d
       JOIN pg_shdescription c ON c.objoid = d.oid AND c.classoid = ${DATABASES}`,
  );
  return new Map(
    rows.flatMap(({ database, description }) => {
      const owner = records.get(readMarker(description)?.id ?? '')?.owner;
      return owner ? [[database, owner] as const] : [];
    }),
  );
}

/**
 * Whether somebody waits for a table that the watcher's transaction holds: whoever rewrites a system table, and behind them all
 * who want to connect.
 * @internal
 */
export async function isInTheWay(watcher: Watcher): Promise<boolean> {
  const { rows } = await watcher.query(
    `SELECT EXISTS (
       SELECT FROM pg_locks held JOIN pg_locks wanted USING (locktype, database, relation)
        WHERE held.locktype = 'relation' AND held.pid = pg_backend_pid() AND NOT wanted.granted
     ) AS is_in_the_way`,
  );
  return rows[0].is_in_the_way;
}

/**
 * Ends sessions of tenants.
 * @returns those that were told to end; what they hold is theirs until they have
 * @internal
 */
export async function endHolders(
  watcher: Watcher,
  holders: LockHolder[],
): Promise<LockHolder[]> {
  // Not among the conditions: Postgres decides in which order those are looked at.
  const { rows } = await watcher.query(
    `SELECT pid, pg_terminate_backend(pid) AS is_told FROM pg_stat_activity
      WHERE (pid, backend_start::text) IN (SELECT * FROM unnest($1::int[], $2::text[]))
        AND usename <> current_user AND pg_has_role(usesysid, 'USAGE')`,
    [holders.map(({ pid }) => pid), holders.map(each => each.startedAt)],
  );
  const told = rows.filter(row => row.is_told).map(({ pid }) => pid);
  return holders.filter(({ pid }) => told.includes(pid));
}
