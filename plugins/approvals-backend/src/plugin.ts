import {
  coreServices,
  createBackendPlugin,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { migrate } from '@slipway/operations';
import { createApprovals } from './createApprovals';

/**
 * Asks people, counts their votes, and tells how it ended.
 *
 * @public
 */
export const approvalsPlugin = createBackendPlugin({
  pluginId: 'approvals',
  register(env) {
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
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
      },
      async init({ database, httpRouter, ...deps }) {
        const knex = await database.getClient();
        if (!database.migrations?.skip) {
          await migrate(knex, {
            directory: resolvePackagePath(
              '@slipway/plugin-approvals-backend',
              'migrations',
            ),
            tableName: 'knex_migrations',
          });
        }
        httpRouter.use(
          await createApprovals({
            ...deps,
            knex,
            skipMigrations: database.migrations?.skip,
          }),
        );
      },
    });
  },
});
