import { TerminalError } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import { PostgresProviderConfig } from '../config';
import { readTableSize } from '../locks/lookAtLocks';

/** The share of the server's table of locks that one dump may take, as one tenant may. */
const SHARE = 1 / 4;
const NAMED = 3;

/**
 * Looks, within the snapshot of a dump, for what would make it fail or would harm others.
 *
 * @throws TerminalError that says what it is
 * @internal
 */
export async function checkDumpable(
  session: Pick<Client, 'query'>,
  config: Pick<PostgresProviderConfig, 'title' | 'locks'>,
): Promise<void> {
  const { rows: hidden } = await session.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relrowsecurity AND (c.relforcerowsecurity OR NOT pg_has_role(c.relowner, 'USAGE'))
      ORDER BY 1`,
  );
  if (hidden.length > 0) {
    throw new TerminalError(
      `Row security hides rows of ${list(hidden)} from its owner too, and a dump would lack them. Let the owner read it: ALTER TABLE … NO FORCE ROW LEVEL SECURITY.`,
    );
  }
  const { rows } = await session.query(
    // What pg_dump locks, with what long values are in, of which each has an index.
    `SELECT sum(CASE WHEN c.reltoastrelid <> 0 AND pg_relation_size(c.reltoastrelid) > 0 THEN 3 ELSE 1 END)::int AS locks
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  const locks = rows[0].locks ?? 0;
  const most =
    config.locks.perDatabase ??
    Math.floor((await readTableSize(session)) * SHARE);
  if (locks > most) {
    throw new TerminalError(
      `A dump locks all tables, views and sequences at once, here ${locks} with what belongs to them, and one database may hold ${most} locks on ${config.title}. Raise max_locks_per_transaction of the server, or locks.perDatabase of the provider.`,
    );
  }
}

function list(rows: Array<{ name: string }>): string {
  const names = rows.slice(0, NAMED).map(({ name }) => clean(name));
  const more = rows.length > NAMED ? ` and ${rows.length - NAMED} more` : '';
  return `${names.join(', ')}${more}`;
}

/** A name may hold any character. */
function clean(name: string): string {
  return name.replace(/\p{Cc}/gu, ' ');
}
