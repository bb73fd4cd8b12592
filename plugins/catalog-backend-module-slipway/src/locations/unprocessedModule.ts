import {
  coreServices,
  type AuditorService,
  type AuthService,
  type BackendFeature,
  type DatabaseService,
  type HttpAuthService,
  type HttpRouterService,
  type LoggerService,
} from '@backstage/backend-plugin-api';
import upstream from '@backstage/plugin-catalog-backend-module-unprocessed';
import PromiseRouter from 'express-promise-router';
import { createAgentsRefusal } from './createAgentsRefusal';
import { recordUnprocessedDeletion } from './recordUnprocessedDeletion';

interface Deps {
  auditor: AuditorService;
  auth: AuthService;
  database: DatabaseService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  router: HttpRouterService;
}

/** What a feature made by `createBackendModule` holds, as far as it is needed here. */
interface Registration {
  init: {
    deps: Record<string, unknown>;
    func(deps: Deps): Promise<void>;
  };
}

/**
 * Upstream's module for entities that were never taken in, with handlers of ours before its route that deletes them.
 *
 * @remarks
 * `DELETE /entities/unprocessed/delete/:uid` deletes whatever has that id. No agent may, and who does is on record. Modules
 * of one plugin start side by side, so that handlers of another module stood behind this route as often as before it: here one init adds both.
 *
 * @public
 */
export const catalogModuleUnprocessed: BackendFeature = {
  ...upstream,
  getRegistrations: () =>
    registrationsOf(upstream).map(registration => ({
      ...registration,
      init: {
        deps: {
          ...registration.init.deps,
          auditor: coreServices.auditor,
          auth: coreServices.auth,
          database: coreServices.database,
          httpAuth: coreServices.httpAuth,
          logger: coreServices.logger,
          router: coreServices.httpRouter,
        },
        async func(deps: Deps) {
          const router = PromiseRouter();
          router.delete(
            '/entities/unprocessed/delete/:uid',
            recordUnprocessedDeletion(deps),
            createAgentsRefusal(deps),
          );
          deps.router.use(router);
          await registration.init.func(deps);
        },
      },
    })),
} as BackendFeature;

/** What is in a feature is no part of its type. */
function registrationsOf(feature: object): Registration[] {
  return (feature as { getRegistrations(): Registration[] }).getRegistrations();
}
