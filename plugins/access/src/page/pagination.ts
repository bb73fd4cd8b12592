import type { PermissionsQuery } from '@slipway/plugin-access-common';
import { type Change, PAGE_SIZE } from './useAccessQuery';

/** The pages of a table, kept in the address. */
export function paginationOf(
  totalItems: number,
  query: PermissionsQuery,
  change: Change,
) {
  const offset = query.offset ?? 0;
  const number = offset / PAGE_SIZE + 1;
  const toPage = (page: number) =>
    change({ page: page > 1 ? `${page}` : undefined });
  return {
    type: 'page' as const,
    pageSize: PAGE_SIZE,
    showPageSizeOptions: false,
    offset,
    totalCount: totalItems,
    hasPreviousPage: offset > 0,
    hasNextPage: offset + PAGE_SIZE < totalItems,
    onPreviousPage: () => toPage(number - 1),
    onNextPage: () => toPage(number + 1),
  };
}
