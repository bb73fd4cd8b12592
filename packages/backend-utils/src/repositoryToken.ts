import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { CatalogClient } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/**
 * The header in which somebody's own token for a git host comes with what is registered for them: by it the host tells whether they
 * may read it.
 * @public
 */
export const REPOSITORY_TOKEN_HEADER = 'slipway-repository-token';

/**
 * The catalog, for registering what only the person with this token may read.
 *
 * @param token - without one the host is asked in another way
 * @param more - headers to send besides
 * @public
 */
export function catalogWithRepositoryToken(
  deps: { auth: AuthService; discovery: DiscoveryService },
  token: string | undefined,
  more: Record<string, string> = {},
): Pick<CatalogService, 'addLocation'> {
  const client = new CatalogClient({
    discoveryApi: deps.discovery,
    fetchApi: {
      fetch: (input, init) => {
        const headers = new Headers({
          ...Object.fromEntries(new Headers(init?.headers)),
          ...more,
        });
        if (token) {
          headers.set(REPOSITORY_TOKEN_HEADER, token);
        }
        return fetch(input, { ...init, headers });
      },
    },
  });
  return {
    async addLocation(location, { credentials }) {
      const request = await deps.auth.getPluginRequestToken({
        onBehalfOf: credentials,
        targetPluginId: 'catalog',
      });
      return client.addLocation(location, request);
    },
  };
}
