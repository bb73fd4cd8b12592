import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';

/** What a permission rule narrows a list to. */
export type RequestFilter =
  /** Requests by, for the owner of, or to be decided by one of these users and groups. */
  | { parties: string[] }
  /** Requests by one of these users. */
  | { requesters: string[] };

/** Applies the conditions of a permission decision to a query over `approval_requests as a`. */
export function applyCriteria(
  query: Knex.QueryBuilder,
  criteria: PermissionCriteria<RequestFilter>,
): Knex.QueryBuilder {
  if ('anyOf' in criteria) {
    return query.where(nested => {
      nested.whereRaw('false');
      for (const inner of criteria.anyOf) {
        nested.orWhere(either => void applyCriteria(either, inner));
      }
    });
  }
  if ('allOf' in criteria) {
    return query.where(nested => {
      nested.whereRaw('true');
      for (const inner of criteria.allOf) applyCriteria(nested, inner);
    });
  }
  if ('not' in criteria) {
    return query.whereNot(nested => void applyCriteria(nested, criteria.not));
  }
  if ('requesters' in criteria) {
    return query.whereIn('a.requester', criteria.requesters);
  }
  const { parties } = criteria;
  return query.where(nested => {
    nested
      .whereIn('a.requester', parties)
      .orWhereIn('a.owner', parties)
      .orWhere(either => void whereDecidedBy(either, parties));
  });
}

/** Requests that one of these groups decides. */
export function whereDecidedBy(
  query: Knex.QueryBuilder,
  groups: readonly string[],
): Knex.QueryBuilder {
  return query.whereExists(deciders =>
    deciders
      .select(deciders.client.raw('1'))
      .from('approval_deciders as g')
      .whereRaw('g.request_id = a.id')
      .whereIn('g.group_ref', groups),
  );
}
