import { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import { z } from 'zod';

const PAGE_SIZE = 200;
// More than any company has; a server that answers the same page for ever must not hold us for ever.
const MOST_PAGES = 5000;
const REQUEST_TIMEOUT_MS = 20_000;

const entitySchema = z.object({
  apiVersion: z.string(),
  kind: z.literal('Resource'),
  metadata: z
    .object({
      name: z.string().min(1),
      namespace: z.string().optional(),
      annotations: z
        .object({ 'slipway.dev/database-id': z.string() })
        .catchall(z.string()),
    })
    .catchall(z.json()),
  spec: z.object({ type: z.string(), owner: z.string() }).catchall(z.json()),
});

const pageSchema = z.object({
  items: z.array(
    z.object({
      entityRef: z.string(),
      /** Null when the database is gone. */
      entity: entitySchema.nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/**
 * Reads the entities of all databases from the databases plugin.
 *
 * @throws when any page cannot be had or is not what was agreed: half a list would delete the other half.
 */
export async function readDatabaseEntities(deps: {
  auth: AuthService;
  discovery: DiscoveryService;
}): Promise<Entity[]> {
  const baseUrl = await deps.discovery.getBaseUrl('databases');
  const entities: Entity[] = [];
  let cursor: string | null = null;

  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { token } = await deps.auth.getPluginRequestToken({
      onBehalfOf: await deps.auth.getOwnServiceCredentials(),
      targetPluginId: 'databases',
    });
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (cursor !== null) {
      query.set('cursor', cursor);
    }
    const response = await fetch(`${baseUrl}/catalog-entities?${query}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    const { items, nextCursor } = pageSchema.parse(await response.json());
    entities.push(...items.flatMap(({ entity }) => (entity ? [entity] : [])));
    if (nextCursor === null) {
      return entities;
    }
    cursor = nextCursor;
  }
  throw new Error(
    `The databases plugin offered more than ${MOST_PAGES} pages of entities`,
  );
}
