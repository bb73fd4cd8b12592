import {
  parseStatement,
  type SignedStatement,
} from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';

/** The segment that is not closed yet. */
export interface OpenSegment {
  firstSeq: number;
  /** When its first entry was stored; missing while there is none. */
  startedAt?: string;
}

/** Reads where the open segment begins. */
export async function readOpenSegment(knex: Knex): Promise<OpenSegment> {
  const { rows } = await knex.raw<{
    rows: { first_seq: string; started_at: string | null }[];
  }>(
    `SELECT s.first_seq, slipway_audit.format_time(e.at) AS started_at
       FROM (SELECT coalesce(max(last_seq), 0) + 1 AS first_seq FROM slipway_audit.segments) s
       LEFT JOIN slipway_audit.events e ON e.seq = s.first_seq`,
  );
  return {
    firstSeq: Number(rows[0].first_seq),
    startedAt: rows[0].started_at ?? undefined,
  };
}

/**
 * Closes the open segment.
 *
 * @returns whether it was open; another replica may have closed it
 */
export async function closeSegment(
  knex: Knex,
  statement: SignedStatement,
): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { closed: boolean }[] }>(
    'SELECT slipway_audit.close_segment(?, ?) AS closed',
    [statement.seq, JSON.stringify(statement)],
  );
  return rows[0].closed;
}

/**
 * Drops closed segments that are old enough.
 *
 * @returns how many
 */
export async function dropSegments(knex: Knex, days: number): Promise<number> {
  const { rows } = await knex.raw<{ rows: { dropped: number }[] }>(
    'SELECT slipway_audit.drop_segments(make_interval(days => ?)) AS dropped',
    [days],
  );
  return rows[0].dropped;
}

/** What closed the segment that ends at an entry; nothing when it cannot be read, and then its absence shows. */
export async function readClosing(
  knex: Knex,
  lastSeq: number,
): Promise<SignedStatement | undefined> {
  const { rows } = await knex.raw<{ rows: { statement: string }[] }>(
    'SELECT statement FROM slipway_audit.segments WHERE last_seq = ?',
    [lastSeq],
  );
  return rows[0] && parseStatement(rows[0].statement);
}
