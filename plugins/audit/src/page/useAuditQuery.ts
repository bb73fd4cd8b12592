import {
  type AuditEventsQuery,
  auditOutcomes,
  auditSeverities,
} from '@slipway/plugin-audit-common';
import { PAGE_SIZE } from '@slipway/ui';
import { DateTime } from 'luxon';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** Filters that compare a whole text, in the order in which they stand. */
export const textFilters = [
  'actor',
  'plugin',
  'event',
  'subject',
  'correlationId',
] as const;

/** @internal */
export type TextFilter = (typeof textFilters)[number];

/** What the address says; undefined takes a part of it away. */
export type Change = (
  changes: Record<string, string | string[] | undefined>,
) => void;

/** The filters, the page and the open entry, kept in the address so that a link shows the same thing. */
export function useAuditQuery() {
  const [params, setParams] = useSearchParams();

  // The open entry is none of the question: opening one must not ask again.
  const asked = new URLSearchParams(params);
  asked.delete('entry');
  const question = asked.toString();

  const query = useMemo<AuditEventsQuery>(() => {
    const from = new URLSearchParams(question);
    const known = (name: string, values: readonly string[]) => {
      const chosen = from.getAll(name).filter(each => values.includes(each));
      return chosen.length ? chosen : undefined;
    };
    return {
      ...Object.fromEntries(
        [...textFilters, 'operation'].map(name => [
          name,
          from.get(name) ?? undefined,
        ]),
      ),
      outcome: known('outcome', auditOutcomes),
      severity: known('severity', auditSeverities),
      ...toPeriod({ from: from.get('from'), to: from.get('to') }),
      cursor: from.get('cursor') ?? undefined,
      limit: PAGE_SIZE,
    };
  }, [question]);

  const change = useCallback<Change>(
    changes =>
      setParams(current => {
        const next = new URLSearchParams(current);
        const whole =
          'entry' in changes ? changes : { cursor: undefined, ...changes };
        for (const [key, value] of Object.entries(whole)) {
          next.delete(key);
          for (const one of [value ?? []].flat()) {
            next.append(key, one);
          }
        }
        return next;
      }),
    [setParams],
  );

  const { cursor, limit, ...filters } = query;
  return {
    query,
    change,
    days: { from: params.get('from'), to: params.get('to') },
    entry: params.get('entry') ?? undefined,
    isFiltered: Object.values(filters).some(value => value !== undefined),
    clear: () => setParams({}),
  };
}

/** Whole days of the person's own time zone; the last one included. */
function toPeriod(days: { from: string | null; to: string | null }) {
  const start = (day: string | null) => {
    const time = DateTime.fromISO(day ?? '');
    return time.isValid ? time.startOf('day') : undefined;
  };
  const text = (time?: DateTime) => time?.toUTC().toISO() ?? undefined;
  return {
    from: text(start(days.from)),
    to: text(start(days.to)?.plus({ days: 1 })),
  };
}
