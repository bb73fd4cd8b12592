import {
  type May,
  mayValues,
  type PermissionsQuery,
} from '@slipway/plugin-access-common';
import { PAGE_SIZE, pageOf } from '@slipway/ui';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** The views of the page, the first for everyone. */
export const views = [
  'mine',
  'person',
  'permissions',
  'roles',
  'handover',
] as const;

/** @internal */
export type View = (typeof views)[number];

/** What the address says; undefined takes a part of it away. */
export type Change = (changes: Record<string, string | undefined>) => void;

/** View, filters and page, kept in the address so that a link shows the same thing. */
export function useAccessQuery() {
  const [params, setParams] = useSearchParams();
  const named = params.get('view') as View;
  const view = views.includes(named) ? named : 'mine';

  const query = useMemo<PermissionsQuery>(() => {
    const may = params.get('may') as May;
    return {
      search: params.get('search')?.slice(0, 100) || undefined,
      plugin: params.get('plugin') ?? undefined,
      may: mayValues.includes(may) ? may : undefined,
      offset: (Math.min(pageOf(params), 401) - 1) * PAGE_SIZE,
      limit: PAGE_SIZE,
    };
  }, [params]);

  const change = useCallback<Change>(
    changes =>
      setParams(
        current => {
          const next = new URLSearchParams(current);
          const whole =
            'open' in changes ? changes : { page: undefined, ...changes };
          for (const [key, value] of Object.entries(whole)) {
            if (value === undefined) next.delete(key);
            else next.set(key, value);
          }
          return next;
        },
        // Typing in the search field must not fill the history.
        { replace: 'search' in changes },
      ),
    [setParams],
  );
  const show = useCallback(
    (next: View, who?: string) =>
      setParams({
        ...(next !== 'mine' && { view: next }),
        ...(who && { who }),
      }),
    [setParams],
  );

  return {
    view,
    show,
    query,
    change,
    who: params.get('who') ?? undefined,
    open: params.get('open') ?? undefined,
  };
}
