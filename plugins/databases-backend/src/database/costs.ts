import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import { applyCriteria, type DatabaseFilter } from './filters';

/** What costs are narrowed to. */
export interface CostFilter {
  /** The first day of the first month, `2026-01-01`. */
  from: string;
  /** The first day of the last month. */
  to: string;
  /** What the caller may see; undefined for everything. */
  criteria?: PermissionCriteria<DatabaseFilter>;
  databases?: string[];
  owner?: string;
  environment?: string;
  unpriced?: boolean;
}

/** One database in one size at one price, for some time of a month. */
export interface CostRecord {
  id: string;
  name: string;
  environment: string;
  owner: string;
  size: string;
  month: string;
  since: Date;
  until: Date;
  /** As text, because the driver gives exact numbers so. */
  price: string | null;
  currency: string | null;
  cost: string | null;
  is_deleted: boolean;
}

/** Columns by which costs are added up. */
const KEYS = {
  database: 'id::text',
  owner: 'owner',
  environment: 'environment',
  month: 'month',
} as const;

/** A sum of one key, of one currency of it, or over all of them. */
export interface CostSumRecord {
  /** Null for all together. */
  key: string | null;
  /** Null where databases are counted. */
  currency: string | null;
  is_count: boolean;
  is_total: boolean;
  amount: string | null;
  databases: number;
  without_price: number;
}

/** Adds costs up. */
export async function sumCosts(
  knex: Knex,
  filter: CostFilter,
  by: keyof typeof KEYS,
): Promise<CostSumRecord[]> {
  const key = KEYS[by];
  const { sql, bindings } = segments(knex, filter);
  const { rows } = await knex.raw(
    `${sql}
     SELECT ${key} AS key, currency, grouping(currency) = 1 AS is_count, grouping(${key}) = 1 AS is_total,
            sum(cost)::text AS amount, count(DISTINCT id)::int AS databases,
            (count(DISTINCT id) FILTER (WHERE cost IS NULL))::int AS without_price
       FROM costs GROUP BY GROUPING SETS ((${key}, currency), (${key}), (currency), ())`,
    bindings,
  );
  return rows;
}

/** A page of what costs are added up of, in the order of time. */
export async function listCosts(
  knex: Knex,
  filter: CostFilter,
  page: { offset: number; limit: number },
): Promise<{ items: CostRecord[]; totalItems: number }> {
  const { sql, bindings } = segments(knex, filter);
  const { rows } = await knex.raw(
    `${sql}
     SELECT *, count(*) OVER ()::int AS total FROM costs
      ORDER BY since, name, environment, id OFFSET :offset LIMIT :limit`,
    { ...bindings, ...page },
  );
  if (!rows.length && page.offset > 0) {
    const first = await listCosts(knex, filter, { offset: 0, limit: 1 });
    return { items: [], totalItems: first.totalItems };
  }
  return { items: rows, totalItems: rows[0]?.total ?? 0 };
}

/**
 * The parts of time of which each database had one size, one owner and one price, cut at the ends of months.
 *
 * @remarks
 *
 * A database costs from the moment when it was first ready until it is deleted, also while it is suspended: its storage is
 * kept. Each part is rounded to hundredths, so that sums are what their rows add up to.
 *
 * Until the price list was written for the first time, the price is that of the revision. Who may see a database is decided by
 * what it is now, as in the list; to whom it is charged by what it was then.
 */
function segments(knex: Knex, filter: CostFilter) {
  const seen = knex('databases as d').select('d.id');
  if (filter.criteria) applyCriteria(seen, filter.criteria);
  if (filter.databases) seen.whereIn('d.id', filter.databases);
  if (filter.environment) seen.where('d.environment', filter.environment);
  const { sql, bindings } = seen.toSQL().toNative();
  // The numbered parameters of the inner query are named, as the outer ones are.
  const named = Object.fromEntries(
    bindings.map((value, index) => [`seen${index + 1}`, value]),
  );
  return {
    bindings: {
      ...named,
      from: filter.from,
      to: filter.to,
      ...(filter.owner !== undefined && { owner: filter.owner }),
    } as Record<string, Knex.Value>,
    sql: `
WITH months AS (
  SELECT m AT TIME ZONE 'UTC' AS since, (m + interval '1 month') AT TIME ZONE 'UTC' AS until, to_char(m, 'YYYY-MM') AS month
    FROM generate_series(CAST(:from AS timestamp), CAST(:to AS timestamp), interval '1 month') AS m
), lives AS (
  SELECT d.id, d.name, d.environment, d.owner, d.deleted_at IS NOT NULL AS is_deleted,
         coalesce(d.deleted_at, now()) AS ended,
         coalesce(
           (SELECT min(e.created_at) FROM operations_events e
             WHERE e.resource_id = r.id AND e.type = 'state.changed' AND e.data->>'to' = 'ready'),
           -- The timeline of what was deleted long ago is gone.
           CASE WHEN r.pruned_at IS NOT NULL AND d.endpoint IS NOT NULL THEN d.created_at END
         ) AS began
    FROM databases d JOIN operations_resources r ON r.id = d.id::text
   WHERE d.id IN (${sql.replace(/\$(\d+)/g, ':seen$1')})
     AND d.created_at < (SELECT max(until) FROM months)
     AND (d.deleted_at IS NULL OR d.deleted_at > (SELECT min(since) FROM months))
), revisions AS (
  SELECT l.id, coalesce(s.owner, l.owner) AS owner, s.spec->>'size' AS size,
         (s.spec->'pricePerMonth'->>'amount')::numeric AS agreed, s.spec->'pricePerMonth'->>'currency' AS agreed_currency,
         CASE WHEN s.revision = 1 THEN l.began ELSE greatest(l.began, s.created_at) END AS since,
         coalesce(lead(s.created_at) OVER (PARTITION BY s.database_id ORDER BY s.revision), l.ended) AS until
    FROM lives l JOIN database_revisions s ON s.database_id = l.id
   WHERE l.began IS NOT NULL
), prices AS (
  SELECT size, valid_from AS since, coalesce(lead(valid_from) OVER (PARTITION BY size ORDER BY valid_from), 'infinity') AS until,
         amount, currency, false AS is_agreed
    FROM database_prices
  UNION ALL
  SELECT sizes.size, '-infinity', coalesce((SELECT min(valid_from) FROM database_prices p WHERE p.size = sizes.size), 'infinity'),
         NULL, NULL, true
    FROM (SELECT DISTINCT size FROM revisions) sizes
), parts AS (
  SELECT v.id, v.owner, v.size, m.month,
         greatest(v.since, m.since, p.since) AS since, least(v.until, m.until, p.until) AS until,
         CASE WHEN p.is_agreed THEN v.agreed ELSE p.amount END AS price,
         CASE WHEN p.is_agreed THEN v.agreed_currency ELSE p.currency END AS currency,
         extract(epoch FROM m.until - m.since) AS seconds
    FROM revisions v
    JOIN months m ON m.since < v.until AND m.until > v.since
    JOIN prices p ON p.size = v.size AND p.since < v.until AND p.until > v.since
), costs AS (
  SELECT l.id, l.name, l.environment, p.owner, p.size, p.month, p.since, p.until, p.price::text AS price, p.currency, l.is_deleted,
         round(p.price * extract(epoch FROM p.until - p.since) / p.seconds, 2) AS cost
    FROM parts p JOIN lives l ON l.id = p.id
   WHERE p.since < p.until
     ${filter.owner === undefined ? '' : 'AND p.owner = :owner'}
     ${filter.unpriced ? 'AND p.price IS NULL' : ''}
)`,
  };
}
