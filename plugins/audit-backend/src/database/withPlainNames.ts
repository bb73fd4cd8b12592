import type { Knex } from 'knex';

/**
 * Runs queries in which names mean what Postgres means by them: whoever has the portal's password can choose for its later
 * sessions where names are looked up first, and how definitions are written.
 */
export async function withPlainNames<T>(
  knex: Knex,
  query: (tx: Knex) => Promise<T>,
): Promise<T> {
  return knex.transaction(async tx => {
    await tx.raw(
      `SET LOCAL search_path = pg_catalog, pg_temp;
       SET LOCAL quote_all_identifiers = off;
       SET LOCAL intervalstyle = postgres`,
    );
    return query(tx);
  });
}
