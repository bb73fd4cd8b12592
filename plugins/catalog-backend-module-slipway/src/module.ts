import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { SlipwayDatabasesProvider } from './databases/SlipwayDatabasesProvider';
import { readDatabaseEntities } from './databases/readDatabaseEntities';
import { OwnerErrorNotifier } from './notifications/OwnerErrorNotifier';
import { SlipwayEntitiesProcessor } from './processors/SlipwayEntitiesProcessor';

function readSchedule(config: Config) {
  const schedule = config.getOptionalConfig(
    'catalog.providers.slipwayDatabases.schedule',
  );
  return schedule
    ? readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)
    : {
        frequency: { seconds: 60 },
        // A killed replica holds the task this long; hints are heard in the meantime.
        timeout: { seconds: 30 },
        initialDelay: { seconds: 3 },
      };
}

/**
 * Teaches the catalog Slipway's kinds, mirrors databases into it, and tells owners about broken documents.
 *
 * @public
 */
export const catalogModuleSlipway = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'slipway',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        logger: coreServices.logger,
        notifications: notificationService,
        scheduler: coreServices.scheduler,
      },
      async init({
        auth,
        catalog,
        config,
        discovery,
        events,
        logger,
        notifications,
        scheduler,
      }) {
        catalog.addProcessor(new SlipwayEntitiesProcessor());

        catalog.addEntityProvider(
          SlipwayDatabasesProvider.create({
            read: () => readDatabaseEntities({ auth, discovery }),
            schedule: scheduler.createScheduledTaskRunner(readSchedule(config)),
            events,
            logger,
          }),
        );

        const notifier = OwnerErrorNotifier.create({ notifications, logger });
        catalog.setOnProcessingErrorHandler(event =>
          notifier.onProcessingError(event),
        );
      },
    });
  },
});
