import {
  type DatabasesQuery,
  databaseSortFields,
  type DatabaseSortField,
} from '@slipway/plugin-databases-common';
import { PAGE_SIZE, pageOf } from '@slipway/ui';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/**
 * The list's filters, order and page, kept in the address so that a link shows the same thing.
 */
export function useListQuery() {
  const [params, setParams] = useSearchParams();

  const query = useMemo<DatabasesQuery>(() => {
    const sort = params.get('sort');
    return {
      search: params.get('search') ?? undefined,
      engine: params.getAll('engine'),
      environment: params.getAll('environment'),
      mine: params.get('mine') === 'true' || undefined,
      attention: params.get('attention') === 'true' || undefined,
      sort: databaseSortFields.includes(sort as DatabaseSortField)
        ? (sort as DatabaseSortField)
        : 'name',
      order: params.get('order') === 'desc' ? 'desc' : 'asc',
      offset: (pageOf(params) - 1) * PAGE_SIZE,
      limit: PAGE_SIZE,
    };
  }, [params]);

  const change = useCallback(
    (changes: Record<string, string | string[] | undefined>) => {
      setParams(
        current => {
          const next = new URLSearchParams(current);
          for (const [key, value] of Object.entries({
            page: undefined,
            ...changes,
          })) {
            next.delete(key);
            for (const one of [value ?? []].flat()) {
              next.append(key, one);
            }
          }
          return next;
        },
        // Typing in the search field must not fill the history.
        { replace: 'search' in changes },
      );
    },
    [setParams],
  );

  const isFiltered = Boolean(
    query.search ||
    query.mine ||
    query.attention ||
    query.engine?.length ||
    query.environment?.length,
  );
  return { query, change, isFiltered };
}
