import type { Client } from 'pg';
import { quoteName } from '../identifiers';

/** Each thing that is dropped has a place in the server's table of locks until its transaction ends. */
const BATCH = 50;
const OBJECTS = 1_000;

/**
 * Removes all that a tenant has in a database, and leaves the schema `public`, empty.
 *
 * @remarks
 *
 * Not all of it is the owner's: what somebody has made after `SET ROLE NONE` belongs to the login that they came with. So it is the login
 * of a program that drops it, with the rights of everybody who may have made something.
 *
 * @param session - of that login; it acts as the owner afterwards
 * @internal
 */
export async function emptyDatabase(
  session: Pick<Client, 'query'>,
  owner: string,
): Promise<void> {
  const names = async (sql: string): Promise<string[]> =>
    (await session.query(sql)).rows.map(({ name }) => name);
  const mine = (who: string) => `pg_has_role(${who}, 'USAGE')`;

  const drop = async (what: string, sql: string) => {
    for (;;) {
      const found = await names(sql);
      if (found.length === 0) return;
      await session.query(`DROP ${what} ${found.join(', ')} CASCADE`);
    }
  };
  await session.query('SET ROLE NONE');
  // Partitions before what they are of, so that no statement takes all of them.
  for (const [what, kinds] of [
    ['MATERIALIZED VIEW', `'m'`],
    ['VIEW', `'v'`],
    ['TABLE', `'r', 'p'`],
  ]) {
    await drop(
      what,
      `SELECT format('%I.%I', n.nspname, c.relname) AS name
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN (${kinds}) AND n.nspname !~ '^pg_' AND ${mine('c.relowner')}
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
        ORDER BY c.relispartition DESC, c.oid LIMIT ${BATCH}`,
    );
  }
  await drop(
    'EXTENSION',
    `SELECT quote_ident(extname) AS name FROM pg_extension WHERE ${mine('extowner')} LIMIT 1`,
  );
  await drop(
    'SCHEMA',
    `SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND ${mine('nspowner')} AND nspname <> 'information_schema' LIMIT 1`,
  );
  await drop(
    'PUBLICATION',
    `SELECT quote_ident(pubname) AS name FROM pg_publication WHERE ${mine('pubowner')} LIMIT ${BATCH}`,
  );
  for (;;) {
    const { rows } = await session.query(
      `SELECT count(lo_unlink(oid))::int AS removed
         FROM (SELECT oid FROM pg_largeobject_metadata WHERE ${mine('lomowner')} LIMIT ${OBJECTS}) AS objects`,
    );
    if (rows[0].removed === 0) break;
  }
  await session.query(`SET ROLE ${quoteName(owner)}`);
  await session.query('CREATE SCHEMA IF NOT EXISTS public');
}
