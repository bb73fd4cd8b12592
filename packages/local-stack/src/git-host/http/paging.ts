import type { Exchange } from './Exchange.ts';

const MAX_LIMIT = 50;

/** Which part of a list was asked for. */
export interface Page {
  page: number;
  limit: number;
  skip: number;
}

/** Reads `page` (from 1) and `limit` (at most 50, default 30) as Gitea does: what makes no sense becomes the default. */
export function readPage(exchange: Exchange): Page {
  const page = positive(exchange.query('page')) ?? 1;
  const limit = Math.min(positive(exchange.query('limit')) ?? 30, MAX_LIMIT);
  return { page, limit, skip: (page - 1) * limit };
}

/** Answers with one page of a list, its total and links to its neighbours. */
export function sendPage(
  exchange: Exchange,
  baseUrl: string,
  page: Page,
  items: unknown[],
  total: number,
): void {
  const link = (to: number, rel: string) => {
    const url = new URL(exchange.url.pathname + exchange.url.search, baseUrl);
    url.searchParams.set('page', String(to));
    url.searchParams.set('limit', String(page.limit));
    return `<${url}>; rel="${rel}"`;
  };
  const last = Math.max(1, Math.ceil(total / page.limit));
  const links = [
    ...(page.page < last
      ? [link(page.page + 1, 'next'), link(last, 'last')]
      : []),
    ...(page.page > 1 ? [link(1, 'first'), link(page.page - 1, 'prev')] : []),
  ];
  exchange.json(200, items, {
    'x-total-count': String(total),
    'access-control-expose-headers': 'X-Total-Count, Link',
    ...(links.length ? { link: links.join(',') } : {}),
  });
}

/** Cuts a page out of a list that is in memory. */
export function slicePage<T>(page: Page, items: T[]): T[] {
  return items.slice(page.skip, page.skip + page.limit);
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 && number < 1e9
    ? number
    : undefined;
}
