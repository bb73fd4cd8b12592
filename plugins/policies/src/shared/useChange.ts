import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

/** What the address says; undefined takes a part of it away. */
export type Change = (
  changes: Record<string, string | string[] | undefined>,
) => void;

/** The address, and a way to change it that begins on the first page again. */
export function useChange(): [URLSearchParams, Change] {
  const [params, setParams] = useSearchParams();
  const change = useCallback<Change>(
    changes =>
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
      ),
    [setParams],
  );
  return [params, change];
}
