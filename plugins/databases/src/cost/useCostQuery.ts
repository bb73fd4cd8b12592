import {
  COST_MONTHS_MAX,
  type CostGrouping,
  costGroupings,
  type CostQuery,
} from '@slipway/plugin-databases-common';
import { pageOf } from '@slipway/ui';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { monthBefore } from './costWords';

/** The months that can be chosen, the newest first. */
export function monthsOnOffer(): string[] {
  return Array.from({ length: COST_MONTHS_MAX }, (_, index) =>
    monthBefore(index),
  );
}

/** What the page shows, as the address says it. */
export function useCostQuery() {
  const [params, setParams] = useSearchParams();
  return useMemo(() => {
    const months = monthsOnOffer();
    const monthOf = (name: string) => {
      const month = params.get(name) ?? '';
      return months.includes(month) ? month : months[0];
    };
    const [from, to] = [monthOf('from'), monthOf('to')].sort();
    const asked = params.get('by') as CostGrouping;
    const by = costGroupings.includes(asked) ? asked : 'owner';
    const open = params.get('open') ?? undefined;
    const isUnpriced = params.get('unpriced') === 'true';
    const query: CostQuery = { from, to };
    return {
      by,
      query,
      /** The group whose rows are shown. */
      open,
      isUnpriced,
      page: pageOf(params),
      /** What the rows that are shown are narrowed to; undefined when none are. */
      opened: toOpened(query, by, open, isUnpriced),
      change(changes: Record<string, string | undefined>) {
        setParams(before => {
          const next = new URLSearchParams(before);
          if (!('page' in changes)) next.delete('page');
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined) next.delete(name);
            else next.set(name, value);
          }
          return next;
        });
      },
    };
  }, [params, setParams]);
}

function toOpened(
  query: CostQuery,
  by: CostGrouping,
  open: string | undefined,
  isUnpriced: boolean,
): CostQuery | undefined {
  if (open === undefined && !isUnpriced) return undefined;
  const unpriced = isUnpriced ? { unpriced: true } : {};
  if (open === undefined) return { ...query, ...unpriced };
  return by === 'month'
    ? { from: open, to: open, ...unpriced }
    : { ...query, [by]: open, ...unpriced };
}
