import type {
  PolicyViolation,
  ViolationsFilter,
  ViolationsPage,
  ViolationSort,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import { readLookedAt } from './looks';
import { searchViolations } from './searchViolations';
import { WAIVER_JOIN } from './waiverJoin';

/** What nobody owns, in a filter. */
export const NOBODY = 'none';

const PAGE = 1_000;

/** A filter whose groups are known: `mine` was looked up. */
export type Filter = Omit<ViolationsFilter, 'mine'> & {
  /** Groups and people one of which the thing has to belong to, beside `owner`. */
  ownedBy?: string[];
};

interface ViolationRow {
  id: string;
  policy: string;
  title: string;
  digest: string;
  mode: PolicyViolation['mode'];
  severity: number;
  validation: number | null;
  field: string | null;
  message: string;
  reason: string;
  comply: string;
  failed: boolean;
  kind: string;
  name: string;
  entity_ref: string | null;
  link: string | null;
  owner: string | null;
  environment: string | null;
  first_seen: Date;
  last_seen: Date;
  waiver_id: string | null;
  waiver_reason: string;
  waiver_owner: string;
  waiver_expires_at: Date;
}

/** A page of the open violations that match, with how many match in all. */
export async function listViolations(
  knex: Knex,
  query: Filter & { sort: ViolationSort; offset: number; limit: number },
): Promise<ViolationsPage> {
  const [rows, totalItems, lookedAt] = await Promise.all([
    ordered(withWaiver(knex, query), query.sort)
      .offset(query.offset)
      .limit(query.limit),
    countViolations(knex, query),
    query.entityRef ? readLookedAt(knex, query.entityRef) : undefined,
  ]);
  return {
    items: rows.map(toViolation),
    totalItems,
    ...(lookedAt && { lookedAt: lookedAt.toISOString() }),
  };
}

/** An open violation; undefined when it is none any more, or never was one. */
export async function getViolation(
  knex: Knex,
  id: string,
): Promise<PolicyViolation | undefined> {
  const row = await withWaiver(knex, {}).where('v.id', id).first();
  return row && toViolation(row);
}

/** How many open violations match. */
export async function countViolations(
  knex: Knex,
  filter: Filter,
): Promise<number> {
  const [{ count }] = await matching(knex, filter).count({ count: '*' });
  return Number(count);
}

/** All open violations that match, a page after the other; nothing is held in between. */
export async function* eachViolation(
  knex: Knex,
  filter: Filter,
  sort: ViolationSort,
): AsyncGenerator<PolicyViolation> {
  let last: ViolationRow | undefined;
  for (;;) {
    const query = ordered(withWaiver(knex, filter), sort).limit(PAGE);
    if (last) {
      const { severity, first_seen, id } = last;
      if (sort === 'severity') {
        query.whereRaw('(v.severity, v.first_seen, v.id) > (?, ?, ?)', [
          severity,
          first_seen,
          id,
        ]);
      } else {
        query.whereRaw('(v.first_seen, v.id) > (?, ?)', [first_seen, id]);
      }
    }
    const rows: ViolationRow[] = await query;
    for (const row of rows) yield toViolation(row);
    if (rows.length < PAGE) return;
    last = rows.at(-1);
  }
}

function ordered(query: Knex.QueryBuilder, sort: ViolationSort) {
  return sort === 'severity'
    ? query.orderBy(['v.severity', 'v.first_seen', 'v.id'])
    : query.orderBy(['v.first_seen', 'v.id']);
}

function withWaiver(knex: Knex, filter: Filter): Knex.QueryBuilder {
  const query = matching(knex, filter);
  if (filter.waived === undefined) query.joinRaw(WAIVER_JOIN);
  return query.select('v.*', {
    waiver_id: 'w.id',
    waiver_reason: 'w.reason',
    waiver_owner: 'w.owner',
    waiver_expires_at: 'w.expires_at',
  });
}

function matching(knex: Knex, filter: Filter): Knex.QueryBuilder {
  const query = knex('policy_violations as v').whereNull('v.resolved_at');
  if (filter.waived !== undefined) {
    query.joinRaw(WAIVER_JOIN);
    if (filter.waived) query.whereNotNull('w.id');
    else query.whereNull('w.id');
  }
  if (filter.owner) {
    const groups = filter.owner.filter(each => each !== NOBODY);
    query.where(nested => {
      nested.whereIn('v.owner', groups);
      if (filter.owner?.includes(NOBODY)) nested.orWhereNull('v.owner');
    });
  }
  if (filter.ownedBy) query.whereIn('v.owner', filter.ownedBy);
  if (filter.policy) query.whereIn('v.policy', filter.policy);
  if (filter.mode) query.whereIn('v.mode', filter.mode);
  if (filter.kind) query.whereIn('v.kind', filter.kind);
  if (filter.environment) query.whereIn('v.environment', filter.environment);
  if (filter.entityRef) query.where('v.entity_ref', filter.entityRef);
  if (filter.search) searchViolations(query, filter.search);
  return query;
}

function toViolation(row: ViolationRow): PolicyViolation {
  return {
    id: row.id,
    policy: row.policy,
    title: row.title,
    digest: row.digest,
    mode: row.mode,
    ...(row.validation !== null && { validation: row.validation }),
    ...(row.field !== null && { field: row.field }),
    message: row.message,
    reason: row.reason,
    comply: row.comply,
    failed: row.failed,
    kind: row.kind,
    name: row.name,
    ...(row.entity_ref !== null && { entityRef: row.entity_ref }),
    ...(row.link !== null && { link: row.link }),
    ...(row.owner !== null && { owner: row.owner }),
    ...(row.environment !== null && { environment: row.environment }),
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    ...(row.waiver_id && {
      waivedBy: {
        id: row.waiver_id,
        reason: row.waiver_reason,
        owner: row.waiver_owner,
        expiresAt: row.waiver_expires_at.toISOString(),
      },
    }),
  };
}
