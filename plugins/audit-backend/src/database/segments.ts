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

/** A closed segment that is old enough to be dropped, by what the database says. */
export interface DueSegment {
  firstSeq: number;
  lastSeq: number;
  lastHash: string;
  /** When its last entry was stored. */
  until: string;
  /** What closed it; missing when it cannot be read. */
  closing?: SignedStatement;
}

/** Closed segments that are old enough to be dropped. */
export interface DueSegments {
  /** The first entry that is kept. */
  firstSeq: number;
  /** The newest, the newest first. */
  segments: DueSegment[];
  /** The least that the owner of the trail lets the portal keep them for; `null` when nothing may be dropped. */
  minimum: string | null;
  /** Whether that is so long ago. */
  allowed: boolean;
}

/** So many of those that are due are looked at. */
const LOOKED_AT = 100;

/** Reads what was closed more than so many days ago; nothing when there is none. */
export async function readDueSegments(
  knex: Knex,
  days: number,
): Promise<DueSegments | undefined> {
  const { rows } = await knex.raw<{
    rows: {
      kept_from: string;
      first_seq: string;
      last_seq: string;
      last_hash: string;
      until: string;
      statement: string;
      minimum: string | null;
      allowed: boolean;
    }[];
  }>(
    `SELECT (SELECT min(first_seq) FROM slipway_audit.segments WHERE dropped_at IS NULL) AS kept_from,
            s.first_seq, s.last_seq, s.last_hash, s.statement, slipway_audit.format_time(e.at) AS until,
            t.minimum_retention::text AS minimum, (d.days >= t.minimum_retention) IS TRUE AS allowed
       FROM slipway_audit.segments s
       JOIN slipway_audit.events e ON e.seq = s.last_seq, slipway_audit.trail t, make_interval(days => ?) AS d (days)
      WHERE s.dropped_at IS NULL AND greatest(s.closed_at, e.at) < clock_timestamp() - d.days
      ORDER BY s.last_seq DESC LIMIT ?`,
    [days, LOOKED_AT],
  );
  const [row] = rows;
  return (
    row && {
      firstSeq: Number(row.kept_from),
      segments: rows.map(each => ({
        firstSeq: Number(each.first_seq),
        lastSeq: Number(each.last_seq),
        lastHash: each.last_hash,
        until: each.until,
        closing: parseStatement(each.statement),
      })),
      minimum: row.minimum,
      allowed: row.allowed,
    }
  );
}

/**
 * Drops closed segments that are old enough.
 *
 * @param statement - names them; published already
 * @returns how many
 */
export async function dropSegments(
  knex: Knex,
  days: number,
  statement: SignedStatement,
): Promise<number> {
  const { rows } = await knex.raw<{ rows: { dropped: number }[] }>(
    'SELECT slipway_audit.drop_segments(make_interval(days => ?), ?) AS dropped',
    [days, JSON.stringify(statement)],
  );
  return rows[0].dropped;
}

/** What was published when segments were dropped, the newest first. What cannot be read is left out, and then its absence shows. */
export async function readDrops(knex: Knex): Promise<SignedStatement[]> {
  const { rows } = await knex.raw<{ rows: { statement: string }[] }>(
    // Trails of former versions have no such column until an administrator has updated them.
    `SELECT to_jsonb(s) ->> 'drop_statement' AS statement FROM slipway_audit.segments s
      WHERE to_jsonb(s) ->> 'drop_statement' IS NOT NULL ORDER BY last_seq DESC`,
  );
  return rows.flatMap(({ statement }) => parseStatement(statement) ?? []);
}

/** The last entry that was dropped; 0 when none was. */
export async function readDroppedTo(knex: Knex): Promise<number> {
  const { rows } = await knex.raw<{ rows: { last_seq: string }[] }>(
    'SELECT coalesce(max(last_seq), 0) AS last_seq FROM slipway_audit.segments WHERE dropped_at IS NOT NULL',
  );
  return Number(rows[0].last_seq);
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
