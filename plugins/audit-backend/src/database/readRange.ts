import type { ExportedEntry } from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';

/** Which entries an export holds. */
export interface Range {
  /** The last entry before the period, or the first that is kept. */
  first?: number;
  /** The first entry after the period, or the newest. */
  last?: number;
}

/** Finds the entries of a period, and the neighbours that show that none is missing at its ends. */
export async function findRange(
  knex: Knex,
  period: { from: string; to: string },
): Promise<Range> {
  const { rows } = await knex.raw<{
    rows: { first: string | null; last: string | null }[];
  }>(
    `SELECT coalesce(
              (SELECT seq FROM slipway_audit.events WHERE at < ?::timestamptz ORDER BY at DESC, seq DESC LIMIT 1),
              (SELECT min(seq) FROM slipway_audit.events)) AS first,
            coalesce(
              (SELECT seq FROM slipway_audit.events WHERE at >= ?::timestamptz ORDER BY at, seq LIMIT 1),
              (SELECT max(seq) FROM slipway_audit.events)) AS last`,
    [period.from, period.to],
  );
  const { first, last } = rows[0];
  return first === null || last === null
    ? {}
    : { first: Number(first), last: Number(last) };
}

/** The hash of an entry. */
export async function readHash(
  knex: Knex,
  seq: number,
): Promise<string | undefined> {
  const row = await knex('slipway_audit.events')
    .select('hash')
    .where({ seq })
    .first();
  return row?.hash;
}

/** Entries in their order. No connection is held between them, however slowly they are taken. */
export async function* readEntries(
  knex: Knex,
  range: { first: number; last: number; batch: number },
): AsyncGenerator<ExportedEntry> {
  for (let next = range.first; next <= range.last;) {
    const rows: { seq: string; at: string; hash: string; record: string }[] =
      await knex('slipway_audit.events')
        .select('seq', 'hash', 'record')
        .select(knex.raw('slipway_audit.format_time(at) AS at'))
        .whereBetween('seq', [next, range.last])
        .orderBy('seq')
        .limit(range.batch);
    if (rows.length === 0) {
      return;
    }
    for (const row of rows) {
      next = Number(row.seq) + 1;
      yield { ...row, seq: Number(row.seq) };
    }
  }
}
