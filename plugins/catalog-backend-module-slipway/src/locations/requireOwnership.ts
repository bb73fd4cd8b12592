import {
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  Entity,
  RELATION_OWNED_BY,
  stringifyEntityRef,
  stringifyLocationRef,
} from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import { LocationSpec } from '@backstage/plugin-catalog-common';
import { catalogEntityDeletePermission } from '@backstage/plugin-catalog-common/alpha';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { catalogEntityPermissionResourceRef } from '@backstage/plugin-catalog-node/alpha';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';

const PAGE_SIZE = 200;

/**
 * Lets a person pass who may delete every entity that came from a location, through nested locations too.
 *
 * @remarks
 * Location entities have no owner: what counts is what came through them. The entities are read as the catalog itself, so
 * that what a person cannot see keeps the location as well.
 *
 * @throws NotAllowedError with the first entity that is somebody else's, or when nothing came from the location.
 */
export async function requireOwnership(
  deps: {
    auth: AuthService;
    catalog: CatalogService;
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
  },
  location: LocationSpec,
  person: BackstageCredentials<BackstageUserPrincipal>,
): Promise<void> {
  const ref = stringifyLocationRef(location);
  const [decision] = await deps.permissions.authorizeConditional(
    [{ permission: catalogEntityDeletePermission }],
    { credentials: person },
  );
  const mayDelete = createConditionAuthorizer(
    deps.permissionsRegistry.getPermissionRuleset(
      catalogEntityPermissionResourceRef,
    ),
  );

  let isEmpty = true;
  const pages = deps.catalog.streamEntities(
    {
      query: { [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: ref },
      pageSize: PAGE_SIZE,
    },
    { credentials: await deps.auth.getOwnServiceCredentials() },
  );
  for await (const page of pages) {
    for (const entity of page) {
      // The catalog compares without regard to case; addresses differ by it.
      if (originOf(entity) !== ref || isMereLocation(entity)) {
        continue;
      }
      isEmpty = false;
      if (!mayDelete(decision, entity)) {
        throw new NotAllowedError(
          `${stringifyEntityRef(entity)} came from the same location and belongs to ${ownerOf(entity) ?? 'nobody'}. Only who owns everything in a location can change or unregister it: ask them, or the platform team.`,
        );
      }
    }
  }
  if (isEmpty) {
    throw new NotAllowedError(
      `The catalog holds nothing that came from ${ref}, so nobody owns it. If it was registered just now, try again in a minute; otherwise ask the platform team.`,
    );
  }
}

function originOf(entity: Entity): string | undefined {
  return entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
}

function ownerOf(entity: Entity): string | undefined {
  return entity.relations?.find(({ type }) => type === RELATION_OWNED_BY)
    ?.targetRef;
}

function isMereLocation(entity: Entity): boolean {
  return entity.kind === 'Location' && !ownerOf(entity);
}
