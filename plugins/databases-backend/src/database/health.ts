import type { Knex } from 'knex';
import type { SizePoint } from '../health/fitGrowth';
import type { Standings } from '../health/judge';
import { listRecords } from './readDatabases';
import type { DatabaseRecord } from './rows';

/** Points of a history, at most. */
const POINTS = 120;
/** How long measurements are kept as they came; then one of each hour, later one of each day. */
const ALL_HOURS = 48;
const HOURLY_DAYS = 14;
/** How far back growth is looked at. */
const GROWTH_DAYS = 30;
const FORGET_BATCH = 5_000;

/** What is known of how a database is used, as the driver returns it. */
export interface HealthRow {
  database_id: string;
  tried_at: Date;
  first_measured_at: Date | null;
  measured_at: Date | null;
  /** As text, because the driver gives large numbers so. */
  size_bytes: string | null;
  sessions: number | null;
  cache_hits: number | null;
  cache_misses: number | null;
  cache_hit_ratio: number | null;
  growth_bytes_per_day: number | null;
  days_to_full: number | null;
  last_used_at: Date | null;
  levels: Standings;
  idle_told_at: Date | null;
}

/** A measurement as it is stored. */
export interface Measurement {
  sizeBytes?: number;
  sessions?: number;
  cacheHitRatio?: number;
}

/** Databases in use that were not looked at for a while, those that wait longest first. */
export async function listDueForMeasuring(
  knex: Knex,
  options: { everyMinutes: number; without: string[]; limit: number },
): Promise<DatabaseRecord[]> {
  return listRecords(knex)
    .leftJoin('database_health as h', 'h.database_id', 'd.id')
    .where('r.state', 'ready')
    .whereNull('d.deleted_at')
    .whereNotIn('d.provider_id', options.without)
    .whereRaw(
      `(h.tried_at IS NULL OR h.tried_at <= now() - ? * interval '1 minute')`,
      [options.everyMinutes],
    )
    .orderByRaw('h.tried_at NULLS FIRST, d.id')
    .limit(options.limit);
}

/** Remembers that it was looked at, so that others have their turn. */
export async function noteTried(knex: Knex, databaseId: string): Promise<void> {
  await knex('database_health')
    .insert({ database_id: databaseId, tried_at: knex.fn.now() })
    .onConflict('database_id')
    .merge(['tried_at']);
}

/** The row of a database, held until the transaction ends. Made when there is none. */
export async function holdHealth(
  trx: Knex.Transaction,
  databaseId: string,
): Promise<HealthRow> {
  await trx('database_health')
    .insert({ database_id: databaseId, tried_at: trx.fn.now() })
    .onConflict('database_id')
    .ignore();
  return trx('database_health')
    .where({ database_id: databaseId })
    .forUpdate()
    .first();
}

/** Those of these databases of which something is known. */
export async function readHealthRows(
  knex: Knex,
  ids: string[],
): Promise<Map<string, HealthRow>> {
  const rows: HealthRow[] = await knex('database_health').whereIn(
    'database_id',
    ids,
  );
  return new Map(rows.map(row => [row.database_id, row]));
}

/** Adds a measurement. The row of the database is held by the caller. */
export async function insertMeasurement(
  trx: Knex.Transaction,
  databaseId: string,
  measured: Measurement,
): Promise<void> {
  await trx('database_measurements')
    .insert({
      database_id: databaseId,
      measured_at: trx.fn.now(),
      size_bytes: measured.sizeBytes ?? null,
      sessions: measured.sessions ?? null,
      cache_hit_ratio: measured.cacheHitRatio ?? null,
    })
    .onConflict(['database_id', 'measured_at'])
    .ignore();
}

/**
 * Of what is older than two days leaves the last of each hour, of what is older than two weeks the last of each day, and
 * nothing that is too old.
 */
export async function thinMeasurements(
  trx: Knex.Transaction,
  databaseId: string,
  keepDays: number,
): Promise<void> {
  const hasLater = (unit: 'hour' | 'day') => `EXISTS (
    SELECT 1 FROM database_measurements n
     WHERE n.database_id = m.database_id AND n.measured_at > m.measured_at
       AND n.measured_at < date_trunc('${unit}', m.measured_at, 'UTC') + interval '1 ${unit}')`;
  await trx.raw(
    `DELETE FROM database_measurements m
      WHERE m.database_id = :databaseId AND (
        m.measured_at < now() - :keepDays * interval '1 day'
        OR (m.measured_at < now() - interval '${ALL_HOURS} hours' AND ${hasLater('hour')})
        OR (m.measured_at < now() - interval '${HOURLY_DAYS} days' AND ${hasLater('day')}))`,
    { databaseId, keepDays },
  );
}

/** Removes a batch of what is too old, also of databases that nobody measures any more; how many. */
export async function forgetMeasurements(
  knex: Knex,
  options: { olderThanDays: number },
): Promise<number> {
  const { rowCount } = await knex.raw(
    `DELETE FROM database_measurements WHERE ctid IN (
       SELECT ctid FROM database_measurements
        WHERE measured_at < now() - ? * interval '1 day' LIMIT ${FORGET_BATCH})`,
    [options.olderThanDays],
  );
  return rowCount;
}

/** Sizes of the last month, at even distances, oldest first. */
export async function readSizes(
  knex: Knex,
  databaseId: string,
): Promise<SizePoint[]> {
  const { rows } = await knex.raw(
    `WITH sizes AS (
       SELECT measured_at, size_bytes FROM database_measurements
        WHERE database_id = ? AND size_bytes IS NOT NULL
          AND measured_at > now() - interval '${GROWTH_DAYS} days'
     ), width AS (
       SELECT greatest(3600, extract(epoch FROM max(measured_at) - min(measured_at)) / ${POINTS}) AS seconds FROM sizes
     )
     SELECT max(measured_at) AS at, (array_agg(size_bytes ORDER BY measured_at DESC))[1]::float8 AS size
       FROM sizes, width GROUP BY floor(extract(epoch FROM measured_at) / seconds) ORDER BY 1`,
    [databaseId],
  );
  return rows.map((row: { at: Date; size: number }) => ({
    at: row.at,
    sizeBytes: row.size,
  }));
}

/** What was measured in the last days, in even parts of them; a part without a measurement has none. */
export async function readHistory(
  knex: Knex,
  databaseId: string,
  days: number,
): Promise<({ at: Date } & Measurement)[]> {
  // Of what is older there is one a day, and a part of less would be a gap.
  const parts = days > HOURLY_DAYS ? Math.min(POINTS, days) : POINTS;
  const { rows } = await knex.raw(
    `WITH parts AS (
       SELECT n, now() - (${parts} - n) * :days * interval '1 day' / ${parts} AS until,
              now() - (${parts} + 1 - n) * :days * interval '1 day' / ${parts} AS since
         FROM generate_series(1, ${parts}) AS n
     )
     SELECT p.until AS at, (array_agg(m.size_bytes ORDER BY m.measured_at DESC) FILTER (WHERE m.size_bytes IS NOT NULL))[1]::float8 AS size,
            max(m.sessions) AS sessions, avg(m.cache_hit_ratio)::float8 AS ratio
       FROM parts p LEFT JOIN database_measurements m
         ON m.database_id = :databaseId AND m.measured_at > p.since AND m.measured_at <= p.until
      GROUP BY p.n, p.until ORDER BY p.n`,
    { databaseId, days },
  );
  return rows.map(
    (row: {
      at: Date;
      size: number | null;
      sessions: number | null;
      ratio: number | null;
    }) => ({
      at: row.at,
      sizeBytes: row.size ?? undefined,
      sessions: row.sessions ?? undefined,
      cacheHitRatio: row.ratio ?? undefined,
    }),
  );
}
