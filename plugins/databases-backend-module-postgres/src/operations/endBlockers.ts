import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresServer, Session } from '../PostgresServer';

/** How long somebody's transaction may hold up the platform. Well below the time after which we stop waiting for a lock. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 200;

/**
 * Does something that nobody may hold up, as taking things away, and ends the tenants' sessions that
 * do so for long.
 *
 * @remarks
 *
 * A tenant can hold a lock for ever: on a table with a policy for a neighbour's
 * role, on that role by a gift that is not committed, on a database by a setting
 * for it. Whoever waits for a lock is served before those who come later, so that
 * coming back does not help them.
 *
 * @param session - where the work is done
 * @internal
 */
export async function endBlockers<T>(
  server: PostgresServer,
  session: Session,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await session.query('SELECT pg_backend_pid() AS pid');
  const ended = new AbortController();
  const watching = watch(server, rows[0].pid, ended.signal).catch(() => {
    // The work has ended, or fails by itself when it has waited for too long.
  });
  try {
    return await work();
  } finally {
    ended.abort();
    if (!session.signal?.aborted) {
      // A session that is to be stopped is left at once; the watcher ends by itself.
      await watching;
    }
  }
}

async function watch(
  server: PostgresServer,
  pid: number,
  ended: AbortSignal,
): Promise<void> {
  await sleep(PATIENCE_MS, undefined, { signal: ended });
  const watcher = server.client('postgres');
  try {
    await watcher.connect();
    while (!ended.aborted) {
      // Only of roles that the platform has made, and of which it is a member.
      await watcher.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE pid = ANY(pg_blocking_pids($1)) AND usename <> current_user AND pg_has_role(usesysid, 'USAGE')`,
        [pid],
      );
      await sleep(PAUSE_MS, undefined, { signal: ended });
    }
  } finally {
    await watcher.end();
  }
}
