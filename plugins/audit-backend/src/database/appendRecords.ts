import type { AuditRecord } from '@slipway/plugin-audit-common';
import type { Knex } from 'knex';

/** Stores entries in their order, each once, all of them or none. */
export async function appendRecords(
  knex: Knex,
  records: AuditRecord[],
): Promise<void> {
  await knex.raw('SELECT slipway_audit.append(?::text[])', [
    records.map(toLine),
  ]);
}

/** Some tools take these two for ends of lines. */
function toLine(record: AuditRecord): string {
  return JSON.stringify(record)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
