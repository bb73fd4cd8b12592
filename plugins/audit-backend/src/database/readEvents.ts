import type { AuditEventsQuery } from '@slipway/plugin-audit-common';
import type { Knex } from 'knex';

/** An entry as it is stored. */
export interface EventRow {
  seq: string;
  /** As in exports. */
  at: string;
  hash: string;
  record: string;
}

/** Filters that compare a column with one text. */
const COLUMNS = {
  actor: 'actor',
  plugin: 'plugin',
  event: 'event',
  subject: 'subject',
  correlationId: 'correlation_id',
  operation: 'operation',
} as const;

/** A page of entries, newest first. */
export async function readEvents(
  knex: Knex,
  query: AuditEventsQuery & { limit: number },
): Promise<EventRow[]> {
  const rows = knex('slipway_audit.events')
    .select('seq', 'hash', 'record')
    .select(knex.raw('slipway_audit.format_time(at) AS at'))
    .orderBy('seq', 'desc')
    .limit(query.limit);
  // Times grow with numbers: so a period is a range of the primary key, whatever else is asked for.
  if (query.from) {
    rows.where('seq', '>=', firstSeqAt(knex, query.from));
  }
  if (query.to) {
    rows.where('seq', '<', firstSeqAt(knex, query.to));
  }
  if (query.cursor) {
    rows.where('seq', '<', query.cursor);
  }
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = query[name as keyof typeof COLUMNS];
    if (value !== undefined) {
      rows.where(column, value);
    }
  }
  for (const name of ['outcome', 'severity'] as const) {
    const values = query[name];
    if (values?.length) {
      rows.whereIn(name, values);
    }
  }
  return rows;
}

/** The number of the first entry that was stored at a time or later; one more than the newest when there is none. */
function firstSeqAt(knex: Knex, time: string) {
  return knex.raw(
    `coalesce(
       (SELECT seq FROM slipway_audit.events WHERE at >= ?::timestamptz ORDER BY at, seq LIMIT 1),
       (SELECT head_seq + 1 FROM slipway_audit.trail))`,
    [time],
  );
}
