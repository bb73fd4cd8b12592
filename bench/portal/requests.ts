import { measureRequests } from '../lib/load.ts';
import { componentName, topic } from './catalogData.ts';

/** A kind of request that the portal's pages make all day. */
export interface RequestKind {
  measure: string;
  path(n: number): string;
}

/** The requests that are measured; the n-th one is the same on both sides. */
export function requestKinds(components: number): RequestKind[] {
  return [
    {
      measure: 'catalog page of 20',
      path: n =>
        `/api/catalog/entities/by-query?${new URLSearchParams({
          limit: '20',
          offset: String(
            ((n * 20) % components) - (((n * 20) % components) % 20),
          ),
          filter: 'kind=component',
          orderField: 'metadata.name,asc',
        })}`,
    },
    {
      measure: 'catalog entity by name',
      path: n =>
        `/api/catalog/entities/by-name/component/default/${componentName((n * 7) % components)}`,
    },
    {
      measure: 'catalog facets',
      path: () =>
        '/api/catalog/entity-facets?filter=kind%3Dcomponent&facet=spec.type&facet=spec.owner',
    },
    {
      measure: 'search',
      path: n =>
        `/api/search/query?${new URLSearchParams({
          term: `${topic(n)} region`,
          pageLimit: '10',
        })}`,
    },
  ];
}

/** How many a second a portal answers, over as many connections as a browser and its neighbour open. */
export function measureKind(
  kind: RequestKind,
  url: string,
  token: string,
  seconds: number,
): Promise<number> {
  return measureRequests(n => `${url}${kind.path(n)}`, {
    connections: 8,
    seconds,
    warmUp: 200,
    maxRequests: 50_000,
    headers: { authorization: `Bearer ${token}` },
  });
}
