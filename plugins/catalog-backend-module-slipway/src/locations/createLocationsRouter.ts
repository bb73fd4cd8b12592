import {
  AuditorService,
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
  HttpAuthService,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { stringifyLocationRef } from '@backstage/catalog-model';
import { Config } from '@backstage/config';
import {
  ConflictError,
  InputError,
  NotFoundError,
  toError,
} from '@backstage/errors';
import { LocationSpec } from '@backstage/plugin-catalog-common';
import { catalogLocationDeletePermission } from '@backstage/plugin-catalog-common/alpha';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Request, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import { createAgentsRefusal } from './createAgentsRefusal';
import { requireOwnership } from './requireOwnership';

/** Changes of locations that one person may ask one replica for in a minute. */
const CHANGES_PER_MINUTE = 60;

const idSchema = z.guid();

type Person = BackstageCredentials<BackstageUserPrincipal>;

/**
 * Lets owners unregister and move locations of which everything is theirs.
 *
 * @remarks
 * These routes stand before the catalog's own of the same path, so that pages, actions and other clients find them without
 * knowing. Who may do it anyway (administrators, services) passes on to the catalog's own.
 *
 * - `DELETE /locations/:id` needs `catalog.location.delete`, which nobody can be given for some locations only. So for
 *   others the catalog removes it itself, once it is clear that all is theirs. 204; 404 when it is gone already.
 * - `DELETE /entities/by-uid/:uid` passes on. For entities that were never taken in see `catalogModuleUnprocessed`.
 * - `PUT /locations/:id` needs no more than the right to register. Moved away, a location takes its entities with it.
 *
 * None of them is for agents. Answers 400 for what is no id, 403 with the entity that is somebody else's, 409 for a location of the configuration, 429
 * after too many changes in a minute.
 */
export function createLocationsRouter(deps: {
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
  config: Config;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  permissionsRegistry: PermissionsRegistryService;
}): Router {
  const { auditor, auth, catalog, config, httpAuth, permissions } = deps;
  const router = PromiseRouter();

  const limited = rateLimit({
    windowMs: 60_000,
    limit: CHANGES_PER_MINUTE,
    standardHeaders: true,
    legacyHeaders: false,
    skip: async request => !(await personOf(request)),
    keyGenerator: async request =>
      (await personOf(request))!.principal.userEntityRef,
    message: {
      error: {
        name: 'TooManyRequestsError',
        message: `More than ${CHANGES_PER_MINUTE} changes in a minute. Wait a little.`,
      },
    },
  });

  const peopleOnly = createAgentsRefusal(deps);
  router.delete('/entities/by-uid/:uid', peopleOnly);

  // The catalog asks Postgres for it, which fails for what is no id.
  router.get('/locations/:id', async request => {
    const { id } = request.params;
    if (!idSchema.safeParse(id).success) {
      throw missing(id);
    }
    return 'next';
  });

  router.delete(
    '/locations/:id',
    peopleOnly,
    limited,
    async (request, response) => {
      const owner = await askedByOwner(request);
      if (!owner) {
        return 'next';
      }
      await onRecord(request, 'location-unregister', async () => {
        const location = await changeableBy(owner, request);
        await catalog
          .removeLocationById(location.id, {
            credentials: await auth.getOwnServiceCredentials(),
          })
          .catch(error => {
            throw error.statusCode === 404 ? missing(location.id) : error;
          });
        return location;
      });
      response.status(204).end();
      return undefined;
    },
  );

  router.put('/locations/:id', peopleOnly, limited, async request => {
    const owner = await askedByOwner(request);
    if (owner) {
      await onRecord(request, 'location-move', () =>
        changeableBy(owner, request),
      );
    }
    return 'next';
  });

  return router;

  async function personOf(request: Request): Promise<Person | undefined> {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    return auth.isPrincipal(credentials, 'user') ? credentials : undefined;
  }

  /** Who asks, if it takes ownership for them to be allowed. */
  async function askedByOwner(request: Request): Promise<Person | undefined> {
    const person = await personOf(request);
    if (!person) {
      return undefined;
    }
    const [{ result }] = await permissions.authorize(
      [{ permission: catalogLocationDeletePermission }],
      { credentials: person },
    );
    return result === AuthorizeResult.ALLOW ? undefined : person;
  }

  async function changeableBy(owner: Person, request: Request) {
    const { id } = request.params;
    if (!idSchema.safeParse(id).success) {
      throw new InputError(
        'id: give the id of a location, as GET /api/catalog/locations lists it',
      );
    }
    const location = await catalog.getLocationById(id, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    if (!location) {
      throw missing(id);
    }
    refuseConfigured(location, config);
    await requireOwnership(deps, location, owner);
    return location;
  }

  async function onRecord(
    request: Request,
    eventId: string,
    work: () => Promise<LocationSpec>,
  ): Promise<void> {
    const event = await auditor.createEvent({
      eventId,
      severityLevel: 'medium',
      request,
      meta: { id: request.params.id },
    });
    try {
      const location = stringifyLocationRef(await work());
      // Once it is gone its id says nothing.
      await event.success({ meta: { location } });
    } catch (error) {
      await event.fail({ error: toError(error) });
      throw error;
    }
  }
}

function missing(id: string): NotFoundError {
  return new NotFoundError(
    `There is no location ${id}. It may have been unregistered already.`,
  );
}

/** The portal would bring it back, or keep it. */
function refuseConfigured(location: LocationSpec, config: Config): void {
  const isConfigured =
    location.type === 'bootstrap' ||
    config
      .getOptionalConfigArray('catalog.locations')
      ?.some(
        each =>
          each.getString('type') === location.type &&
          each.getString('target') === location.target,
      );
  if (isConfigured) {
    throw new ConflictError(
      `${stringifyLocationRef(location)} stands in the portal's configuration (catalog.locations). It cannot be changed or unregistered here: ask the platform team.`,
    );
  }
}
