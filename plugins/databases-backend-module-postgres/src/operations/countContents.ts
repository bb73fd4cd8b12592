import type { DatabaseContents } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';

/** Of an extension, which brings it along by itself. */
const IS_MEMBER = (catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${oid} AND deptype = 'e')`;

/** Of a schema that is not Postgres' own. */
const IS_OWN = `nspname !~ '^pg_' AND nspname <> 'information_schema'`;

/**
 * Counts what is in a database as the session sees it, within a transaction. Only what a dump holds: nothing that an extension brings,
 * nothing temporary, and no rows that a table has from its partitions.
 *
 * @internal
 */
export async function countContents(
  session: Pick<Client, 'query'>,
): Promise<DatabaseContents> {
  const { rows } = await session.query(
    `WITH relations AS (
       SELECT c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE ${IS_OWN} AND c.relpersistence <> 't' AND NOT ${IS_MEMBER('pg_class', 'c.oid')}
     )
     SELECT (SELECT count(*)::int FROM pg_namespace n WHERE ${IS_OWN} AND NOT ${IS_MEMBER('pg_namespace', 'n.oid')}
                -- Every database has one, until somebody drops it.
                AND (nspname <> 'public' OR EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid))) AS schemas,
            (SELECT count(*)::int FROM relations WHERE relkind IN ('r', 'p')) AS tables,
            (SELECT count(*)::int FROM relations WHERE relkind IN ('i', 'I')) AS indexes,
            (SELECT count(*)::int FROM relations WHERE relkind = 'v') AS views,
            (SELECT count(*)::int FROM relations WHERE relkind = 'm') AS "materializedViews",
            (SELECT count(*)::int FROM relations WHERE relkind = 'S') AS sequences,
            (SELECT count(*)::int FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
              WHERE ${IS_OWN} AND NOT ${IS_MEMBER('pg_proc', 'p.oid')}) AS functions,
            (SELECT count(*)::int FROM pg_extension WHERE extname <> 'plpgsql') AS extensions,
            (SELECT count(*)::int FROM pg_largeobject_metadata) AS "largeObjects"`,
  );
  const { rows: tables } = await session.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND ${IS_OWN} AND c.relpersistence <> 't' AND NOT ${IS_MEMBER('pg_class', 'c.oid')}`,
  );
  let total = 0;
  for (const { name } of tables) {
    // What a subtransaction has locked is given back with it: a table and its indexes have places in the server's table of locks.
    await session.query('SAVEPOINT counting');
    const counted = await session.query(
      `SELECT count(*)::float8 AS rows FROM ONLY ${name}`,
    );
    await session.query('ROLLBACK TO SAVEPOINT counting');
    total += counted.rows[0].rows;
  }
  return { ...rows[0], rows: total };
}
