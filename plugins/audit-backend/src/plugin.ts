import {
  coreServices,
  createBackendPlugin,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { notificationService } from '@backstage/plugin-notifications-node';
import { migrate } from '@slipway/operations';
import { auditPermissions } from '@slipway/plugin-audit-common';
import {
  auditPublishersExtensionPoint,
  auditTrailServiceRef,
} from '@slipway/plugin-audit-node';
import { readAuditConfig } from './config';
import { appendRecords } from './database/appendRecords';
import { createRouter } from './router';
import { scheduleTasks } from './scheduleTasks';
import { createAlarm } from './services/createAlarm';
import { createFilePublisher } from './services/createFilePublisher';
import { createLogPublisher } from './services/createLogPublisher';
import { PublishedPast } from './services/PublishedPast';
import { Publishers } from './services/Publishers';
import { SealingService } from './services/SealingService';
import { TrailService } from './services/TrailService';
import { warnOfOldFunctions } from './services/warnOfOldFunctions';

/**
 * Stores, chains, signs and shows the audit trail.
 *
 * @public
 */
export const auditPlugin = createBackendPlugin({
  pluginId: 'audit',
  register(env) {
    const publishers = new Publishers();
    env.registerExtensionPoint(auditPublishersExtensionPoint, publishers);
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        trail: auditTrailServiceRef,
      },
      async init({ database, trail, logger, ...deps }) {
        const config = readAuditConfig(deps.config);
        const knex = await database.getClient();
        if (!database.migrations?.skip) {
          await migrate(knex, {
            directory: resolvePackagePath(
              '@slipway/plugin-audit-backend',
              'migrations',
            ),
            tableName: 'knex_migrations',
          });
        }
        trail.attach({ append: records => appendRecords(knex, records) });

        publishers.addPublisher(createLogPublisher(logger));
        if (config.directory) {
          publishers.addPublisher(createFilePublisher(config.directory));
        }
        if (!config.signer) {
          logger.warn(
            'audit.signing.key is not set: heads of the audit trail are published unsigned, see docs/audit.md',
          );
        }
        const past = PublishedPast.create({
          ...config,
          knex,
          logger,
          publishers,
        });
        const alarm = createAlarm({
          ...deps,
          knex,
          logger,
          past,
          administrators:
            deps.config.getOptionalStringArray(
              'permission.slipway.administrators',
            ) ?? [],
        });
        const shared = { ...deps, ...config, alarm, knex, logger, publishers };
        await scheduleTasks({
          ...shared,
          sealing: SealingService.create(shared),
        });
        deps.lifecycle.addStartupHook(() => {
          // The start does not wait for it.
          void warnOfOldFunctions(shared);
          void alarm();
        });
        deps.permissionsRegistry.addPermissions(auditPermissions);
        deps.httpRouter.use(
          createRouter({
            ...deps,
            trail: TrailService.create({ knex, publishers, config, past }),
          }),
        );
      },
    });
  },
});
