import type { TableProps } from '@backstage/ui';
import type { Change } from './useChange';

/** Rows on a page: as many as fit at 1280 × 800. */
export const PAGE_SIZE = 20;

/** Pages of a table that the service puts in order, by number in the address. */
export function pagination(
  page: { number: number; totalItems: number },
  change: Change,
): TableProps<{ id: string }>['pagination'] {
  const offset = (page.number - 1) * PAGE_SIZE;
  const to = (number: number) =>
    change({ page: number > 1 ? `${number}` : undefined });
  return {
    type: 'page',
    pageSize: PAGE_SIZE,
    showPageSizeOptions: false,
    offset,
    totalCount: page.totalItems,
    hasPreviousPage: offset > 0,
    hasNextPage: offset + PAGE_SIZE < page.totalItems,
    onPreviousPage: () => to(page.number - 1),
    onNextPage: () => to(page.number + 1),
  };
}
