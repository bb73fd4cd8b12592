import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';

/** What a permission rule narrows a list to. */
export interface OwnedBy {
  owners: string[];
}

/** Applies the conditions of a permission decision to a query over `databases as d`. */
export function applyCriteria(
  query: Knex.QueryBuilder,
  criteria: PermissionCriteria<OwnedBy>,
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
  return query.whereIn('d.owner', criteria.owners);
}
