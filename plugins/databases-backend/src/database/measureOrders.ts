import type { Knex } from 'knex';

/** Where a database can be: a provider in one of its environments. */
export interface Place {
  providerId: string;
  environment: string;
}

/** How long orders took at a place, from being accepted to being ready. */
export interface OrderMeasurement extends Place {
  medianSeconds: number;
  /** Of how many orders. */
  measuredOrders: number;
}

/** The newest orders that a median is of. */
export const MEASURED_ORDERS_MOST = 50;

/** One order says nothing about the next, and two hardly more. */
const MEASURED_ORDERS_LEAST = 3;

/** Orders that are looked at for those that succeeded, so that a bad week costs no more than a good one. */
const ORDERS_LOOKED_AT = 200;

/**
 * Measures how long the newest orders took that succeeded. Places with too few are left out.
 * One query; for each place an index leads to its newest orders and to what became of them.
 */
export async function measureOrders(
  knex: Knex,
  places: Place[],
): Promise<OrderMeasurement[]> {
  if (!places.length) return [];
  const { rows } = await knex.raw<{ rows: OrderMeasurement[] }>(
    `SELECT place.provider_id AS "providerId", place.environment,
        count(*)::int AS "measuredOrders",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY taken.seconds) AS "medianSeconds"
      FROM unnest(?::text[], ?::text[]) AS place (provider_id, environment)
      CROSS JOIN LATERAL (
        SELECT extract(epoch FROM o.finished_at - o.created_at)::float8 AS seconds
          FROM (
            SELECT id, created_at FROM databases
              WHERE provider_id = place.provider_id AND environment = place.environment
              ORDER BY created_at DESC LIMIT ${ORDERS_LOOKED_AT}
          ) AS d
          JOIN operations_operations AS o
            ON o.resource_id = d.id::text AND o.type = 'create' AND o.state = 'succeeded'
          ORDER BY d.created_at DESC LIMIT ${MEASURED_ORDERS_MOST}
      ) AS taken
      GROUP BY 1, 2
      HAVING count(*) >= ${MEASURED_ORDERS_LEAST}`,
    [places.map(p => p.providerId), places.map(p => p.environment)],
  );
  return rows.map(row => ({
    ...row,
    medianSeconds: Math.round(row.medianSeconds * 10) / 10,
  }));
}
