import type { Knex } from 'knex';
import { ACTIVE_OPERATION_STATES } from './rows';

/** What has not ended, by state, and for how many seconds the oldest that nobody has begun waits. */
export async function countOperations(knex: Knex): Promise<{
  byState: { state: string; count: number }[];
  oldestSeconds: number;
}> {
  const rows = await knex('operations_operations')
    .whereIn('state', [...ACTIVE_OPERATION_STATES])
    .groupBy('state')
    .select<{ state: string; count: string; age: string }[]>(
      'state',
      knex.raw('count(*) AS count'),
      knex.raw('extract(epoch FROM now() - min(created_at)) AS age'),
    );
  const of = (state: string) => rows.find(row => row.state === state);
  return {
    byState: ACTIVE_OPERATION_STATES.map(state => ({
      state,
      count: Number(of(state)?.count ?? 0),
    })),
    oldestSeconds: Math.max(0, Number(of('pending')?.age ?? 0)),
  };
}

/** How databases in use stand by what was measured of them, by environment. */
export async function readHealthTotals(knex: Knex): Promise<
  {
    environment: string;
    degraded: number;
    oldestSeconds?: number;
    leastDaysToFull?: number;
  }[]
> {
  const { rows } = await knex.raw(`
    SELECT d.environment, count(*) FILTER (WHERE r.conditions @> '[{"type": "degraded"}]')::int AS degraded,
           extract(epoch FROM now() - min(coalesce(h.measured_at, d.created_at)))::float AS oldest,
           min(h.days_to_full) AS days
      FROM databases d
      JOIN operations_resources r ON r.id = d.id::text AND r.state = 'ready'
      LEFT JOIN database_health h ON h.database_id = d.id
     WHERE d.deleted_at IS NULL
     GROUP BY d.environment`);
  return rows.map(
    (row: {
      environment: string;
      degraded: number;
      oldest: number | null;
      days: number | null;
    }) => ({
      environment: row.environment,
      degraded: row.degraded,
      oldestSeconds: row.oldest ?? undefined,
      leastDaysToFull: row.days ?? undefined,
    }),
  );
}

/** How databases in use stand with proven restores, by environment. */
export async function readProvenRestores(
  knex: Knex,
): Promise<{ environment: string; oldestSeconds?: number; without: number }[]> {
  const { rows } = await knex.raw(`
    SELECT d.environment, count(*) FILTER (WHERE p.proven_at IS NULL)::int AS without,
           extract(epoch FROM now() - min(p.proven_at))::float AS oldest
      FROM databases d
      JOIN operations_resources r ON r.id = d.id::text AND r.state = 'ready'
      LEFT JOIN LATERAL (
        SELECT max(proven_at) AS proven_at FROM database_backups b
         WHERE b.database_id = d.id AND b.state = 'kept'
      ) p ON true
     WHERE d.deleted_at IS NULL
     GROUP BY d.environment`);
  return rows.map(
    (row: { environment: string; without: number; oldest: number | null }) => ({
      environment: row.environment,
      without: row.without,
      oldestSeconds: row.oldest ?? undefined,
    }),
  );
}
