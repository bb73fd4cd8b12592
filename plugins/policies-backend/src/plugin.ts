import {
  coreServices,
  createBackendPlugin,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import { ConflictError } from '@backstage/errors';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { migrate } from '@slipway/operations';
import { approvalsServiceRef } from '@slipway/plugin-approvals-node';
import {
  CATALOG_OBJECTS_SOURCE,
  policyObjectsExtensionPoint,
  policyRequestsExtensionPoint,
  type PolicyObjectsSource,
  type PolicyRequestCompletion,
  type PolicyRequestForesight,
} from '@slipway/plugin-policies-node';
import { createPolicies } from './createPolicies';

/**
 * Keeps the policies in force, answers what they say, grants exceptions, and looks over what exists.
 *
 * @public
 */
export const policiesPlugin = createBackendPlugin({
  pluginId: 'policies',
  register(env) {
    const sources: PolicyObjectsSource[] = [];
    env.registerExtensionPoint(policyObjectsExtensionPoint, {
      addSource(source) {
        const ids = [CATALOG_OBJECTS_SOURCE, ...sources.map(({ id }) => id)];
        if (ids.includes(source.id)) {
          throw new ConflictError(
            `There are two sources "${source.id}" of what policies are about`,
          );
        }
        sources.push(source);
      },
    });
    const completions = new Map<string, PolicyRequestCompletion>();
    const foresights = new Map<string, PolicyRequestForesight>();
    env.registerExtensionPoint(policyRequestsExtensionPoint, {
      addForesight(foresight) {
        if (foresights.has(foresight.kind)) {
          throw new ConflictError(
            `There are two foresights of requests for ${foresight.kind}`,
          );
        }
        foresights.set(foresight.kind, foresight);
      },
      addCompletion(completion) {
        if (completions.has(completion.kind)) {
          throw new ConflictError(
            `There are two completions of requests for ${completion.kind}`,
          );
        }
        completions.set(completion.kind, completion);
      },
    });
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        approvals: approvalsServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        urlReader: coreServices.urlReader,
        userInfo: coreServices.userInfo,
      },
      async init({ database, httpRouter, ...deps }) {
        const knex = await database.getClient();
        if (!database.migrations?.skip) {
          await migrate(knex, {
            directory: resolvePackagePath(
              '@slipway/plugin-policies-backend',
              'migrations',
            ),
            tableName: 'knex_migrations',
          });
        }
        httpRouter.use(
          await createPolicies({
            ...deps,
            completions,
            foresights,
            knex,
            sources,
            skipMigrations: database.migrations?.skip,
          }),
        );
      },
    });
  },
});
