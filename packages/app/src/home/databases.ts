import type { FetchApi } from '@backstage/frontend-plugin-api';
import { ResponseError } from '@backstage/errors';
import {
  type DatabasesPage,
  databasesPageSchema,
} from '@slipway/plugin-databases-common';

/**
 * Lists the databases of the caller's own groups.
 *
 * @param query - Narrows the list, see the databases API.
 * @throws ResponseError if the server refuses.
 */
export async function listMyDatabases(
  fetchApi: FetchApi,
  query: Record<string, string>,
): Promise<DatabasesPage> {
  const params = new URLSearchParams({ mine: 'true', ...query });
  const response = await fetchApi.fetch(
    `plugin://databases/databases?${params}`,
  );
  if (!response.ok) {
    throw await ResponseError.fromResponse(response);
  }
  return databasesPageSchema.parse(await response.json());
}
