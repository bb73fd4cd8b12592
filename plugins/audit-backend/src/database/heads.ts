import type { SignedStatement } from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';

/** Keeps a head that was published, for exports. */
export async function keepHead(
  knex: Knex,
  statement: SignedStatement,
): Promise<void> {
  await knex.raw('SELECT slipway_audit.keep_head(?, ?, ?)', [
    statement.seq,
    statement.at,
    JSON.stringify(statement),
  ]);
}

/** The newest head that was published. */
export async function readNewestHead(
  knex: Knex,
): Promise<SignedStatement | undefined> {
  const { rows } = await knex.raw<{ rows: { statement: string }[] }>(
    'SELECT statement FROM slipway_audit.heads ORDER BY seq DESC, at DESC LIMIT 1',
  );
  return rows[0] && JSON.parse(rows[0].statement);
}

/** Heads of entries in a range, at most so many, the first one on or after `seq` first. */
export async function readHeads(
  knex: Knex,
  range: { from: number; to: number; limit: number },
): Promise<SignedStatement[]> {
  const { rows } = await knex.raw<{ rows: { statement: string }[] }>(
    `SELECT statement FROM slipway_audit.heads WHERE seq BETWEEN ? AND ? ORDER BY seq DESC, at DESC LIMIT ?`,
    [range.from, range.to, range.limit],
  );
  return rows.map(({ statement }) => JSON.parse(statement));
}
