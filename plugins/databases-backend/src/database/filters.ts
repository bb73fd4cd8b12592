import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';

/** What a permission rule narrows a list to. */
export type DatabaseFilter =
  /** Databases of one of these groups. */
  | { owners: string[] }
  /** Databases in one of these environments. */
  | { environments: string[] };

/** Applies the conditions of a permission decision to a query over `databases as d`. */
export function applyCriteria(
  query: Knex.QueryBuilder,
  criteria: PermissionCriteria<DatabaseFilter>,
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
  return 'environments' in criteria
    ? query.whereIn('d.environment', criteria.environments)
    : query.whereIn('d.owner', criteria.owners);
}
