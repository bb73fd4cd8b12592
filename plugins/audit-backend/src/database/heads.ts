import {
  parseStatement,
  type SignedStatement,
} from '@slipway/plugin-audit-node';
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

/** So many of the newest are looked at for one that can be read. */
const LOOKED_AT = 100;

/** A row that the portal has not written like this: somebody else has, with its password or as the owner. */
export interface DamagedStatement {
  seq: string;
  statement: string;
}

/** What is kept of what was published. */
export interface KeptHeads {
  /** The newest that can be read, and that is the portal's own. */
  newest?: SignedStatement;
  damaged: DamagedStatement[];
}

interface Row extends DamagedStatement {
  ahead: boolean;
}

/**
 * The newest head that was published. What is none is passed over, so that nothing that is stored can stop publishing.
 *
 * @param isOwn - whether the portal has published a head: whoever has its password can store others
 */
export async function readNewestHead(
  knex: Knex,
  isOwn: (head: SignedStatement) => boolean,
): Promise<KeptHeads> {
  // One statement: the trail only grows, and a head is kept after its entry.
  const { rows } = await knex.raw<{ rows: Row[] }>(
    `WITH t AS (SELECT head_seq FROM slipway_audit.trail)
     (SELECT seq, statement, false AS ahead FROM slipway_audit.heads
       WHERE seq <= (SELECT head_seq FROM t) ORDER BY seq DESC, at DESC LIMIT ?)
     UNION ALL
     (SELECT seq, statement, true AS ahead FROM slipway_audit.heads
       WHERE seq > (SELECT head_seq FROM t) ORDER BY seq LIMIT ?)`,
    [LOOKED_AT, LOOKED_AT],
  );
  const read = rows.map(row => ({ row, head: toHead(row) }));
  return {
    newest: read.find(({ head }) => head && isOwn(head))?.head,
    damaged: read.filter(({ head }) => !head).map(({ row }) => toDamaged(row)),
  };
}

/** Heads of entries in a range, at most so many, the newest first. */
export async function readHeads(
  knex: Knex,
  range: { from: number; to: number; limit: number },
): Promise<{ heads: SignedStatement[]; damaged: DamagedStatement[] }> {
  const { rows } = await knex.raw<{ rows: Row[] }>(
    `SELECT seq, statement, false AS ahead FROM slipway_audit.heads
      WHERE seq BETWEEN ? AND ? ORDER BY seq DESC, at DESC LIMIT ?`,
    [range.from, range.to, range.limit],
  );
  return {
    heads: rows.flatMap(row => toHead(row) ?? []),
    damaged: rows.filter(row => !toHead(row)).map(toDamaged),
  };
}

function toHead({ seq, statement, ahead }: Row): SignedStatement | undefined {
  const head = ahead ? undefined : parseStatement(statement);
  const isOne =
    head?.kind === 'head' &&
    head.seq === Number(seq) &&
    !Number.isNaN(Date.parse(head.at));
  return isOne ? head : undefined;
}

function toDamaged({ seq, statement }: Row): DamagedStatement {
  return { seq, statement };
}
