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
import { approvalsServiceRef } from '@slipway/plugin-approvals-node';
import {
  databaseBackupStoreExtensionPoint,
  databaseProvidersExtensionPoint,
  databaseSecretStoreExtensionPoint,
} from '@slipway/plugin-databases-node';
import { policiesServiceRef } from '@slipway/plugin-policies-node';
import { BackupStores } from './backups/BackupStores';
import { createDatabases } from './createDatabases';
import { SecretStores } from './secrets/SecretStores';
import { Providers } from './services/Providers';

/**
 * Orders, watches and removes databases.
 *
 * @public
 */
export const databasesPlugin = createBackendPlugin({
  pluginId: 'databases',
  register(env) {
    const providers = new Providers();
    const backupStores = new BackupStores();
    const secretStores = new SecretStores();
    env.registerExtensionPoint(databaseProvidersExtensionPoint, providers);
    env.registerExtensionPoint(databaseBackupStoreExtensionPoint, backupStores);
    env.registerExtensionPoint(databaseSecretStoreExtensionPoint, secretStores);
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        approvals: approvalsServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        policies: policiesServiceRef,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init({ database, httpRouter, ...deps }) {
        const knex = await database.getClient();
        if (!database.migrations?.skip) {
          await migrate(knex, {
            directory: resolvePackagePath(
              '@slipway/plugin-databases-backend',
              'migrations',
            ),
            tableName: 'knex_migrations',
          });
        }
        const router = await createDatabases({
          ...deps,
          knex,
          providers,
          backupStores,
          secretStores,
          skipMigrations: database.migrations?.skip,
        });
        httpRouter.use(router);
      },
    });
  },
});
