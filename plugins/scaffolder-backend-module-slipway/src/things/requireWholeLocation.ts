import type {
  AuthService,
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import {
  catalogEntityDeletePermission,
  catalogLocationDeletePermission,
} from '@backstage/plugin-catalog-common/alpha';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';

/** More than one template registers. */
const ENTITIES_MAX = 100;

/**
 * Lets somebody pass who may unregister a location themselves: everything that came from it is theirs.
 *
 * @remarks
 * The catalog asks the same of whoever unregisters a location with a session of their own, and takes it from no template.
 *
 * @param location - such as `url:https://git.example.com/acme/shop/src/branch/main/catalog-info.yaml`
 * @throws NotAllowedError with the first entity that is somebody else's, or when nothing came from the location
 */
export async function requireWholeLocation(
  deps: {
    auth: AuthService;
    catalog: CatalogService;
    permissions: PermissionsService;
  },
  location: string,
  requester: BackstageCredentials,
): Promise<void> {
  const { auth, catalog, permissions } = deps;
  const [everything] = await permissions.authorize(
    [{ permission: catalogLocationDeletePermission }],
    { credentials: requester },
  );
  if (everything.result === AuthorizeResult.ALLOW) {
    return;
  }
  const { items, totalItems } = await catalog.queryEntities(
    {
      filter: {
        [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: location,
      },
      fields: ['kind', 'metadata.name', 'metadata.namespace', 'relations'],
      limit: ENTITIES_MAX,
    },
    { credentials: await auth.getOwnServiceCredentials() },
  );
  // Location entities have no owner: what counts is what came through them.
  const owned = items.filter(({ kind }) => kind !== 'Location');
  if (owned.length === 0 || totalItems > ENTITIES_MAX) {
    throw new NotAllowedError(
      `The catalog holds ${owned.length === 0 ? 'nothing' : `${totalItems} entities`} that came from ${location}, so nothing tells whose it is. Ask the platform team to unregister it.`,
    );
  }
  const decisions = await permissions.authorize(
    owned.map(item => ({
      permission: catalogEntityDeletePermission,
      resourceRef: stringifyEntityRef(item),
    })),
    { credentials: requester },
  );
  const foreign = owned.find(
    (_, i) => decisions[i].result !== AuthorizeResult.ALLOW,
  );
  if (foreign) {
    const owner = foreign.relations?.find(
      ({ type }) => type === RELATION_OWNED_BY,
    );
    throw new NotAllowedError(
      `${stringifyEntityRef(foreign)} came from the same location and belongs to ${owner?.targetRef ?? 'nobody'}. Ask them, or the platform team.`,
    );
  }
}
