import {
  policyModes,
  violationSorts,
  type ViolationsQuery,
} from '@slipway/plugin-policies-common';
import { PAGE_SIZE, pageOf } from '@slipway/ui';
import { useMemo } from 'react';
import { useChange } from '../shared/useChange';

/** Filters whose values are lists, as the address calls them. */
const LISTS = ['owner', 'policy', 'kind', 'environment'] as const;
const FILTERS = [...LISTS, 'mine', 'mode', 'waived', 'entityRef', 'search'];

/**
 * The filters, the order and the page of violations, kept in the address. What waivers cover is left out unless the
 * address says `waived=true` or `waived=all`.
 */
export function useViolationsQuery() {
  const [params, change] = useChange();
  const query = useMemo<ViolationsQuery>(() => {
    const list = (name: string) => {
      const values = params.getAll(name);
      return values.length > 0 ? values : undefined;
    };
    const modes = policyModes.filter(mode =>
      params.getAll('mode').includes(mode),
    );
    const waived = params.get('waived');
    return {
      ...Object.fromEntries(LISTS.map(name => [name, list(name)])),
      mode: modes.length > 0 ? modes : undefined,
      entityRef: params.get('entityRef') ?? undefined,
      search: params.get('search') ?? undefined,
      mine: params.get('mine') === 'true' || undefined,
      waived: waived === 'all' ? undefined : waived === 'true',
      sort: violationSorts.find(sort => sort === params.get('sort')),
      offset: (pageOf(params) - 1) * PAGE_SIZE,
      limit: PAGE_SIZE,
    };
  }, [params]);
  return {
    query,
    change,
    isFiltered: FILTERS.some(name => params.has(name)),
    clear: () =>
      change(Object.fromEntries(FILTERS.map(name => [name, undefined]))),
  };
}
