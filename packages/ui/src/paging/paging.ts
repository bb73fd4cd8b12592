import type { TableProps } from '@backstage/ui';

/**
 * Rows on a page of a table: as many as fit at 1280 × 800.
 * @public
 */
export const PAGE_SIZE = 20;

/**
 * The page that the address says, from 1.
 * @public
 */
export function pageOf(params: URLSearchParams): number {
  return Math.max(1, Math.trunc(Number(params.get('page'))) || 1);
}

/**
 * Pages of a table that the service puts in order.
 *
 * @param page - its number, from 1, and how many items there are on all pages
 * @param change - writes the page to show into the address: nothing for the first one
 * @public
 */
export function pagination(
  page: { number: number; totalItems: number },
  change: (changes: { page: string | undefined }) => void,
): NonNullable<TableProps<{ id: string }>['pagination']> {
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
