import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { catalogModelExtensionPoint } from '@backstage/plugin-catalog-node/alpha';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { policiesServiceRef } from '@slipway/plugin-policies-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { SlipwayDatabasesProvider } from './databases/SlipwayDatabasesProvider';
import { readDatabaseEntities } from './databases/readDatabaseEntities';
import { createLocationsRouter } from './locations/createLocationsRouter';
import { OwnerErrorNotifier } from './notifications/OwnerErrorNotifier';
import { createRegistrationRouter } from './policies/createRegistrationRouter';
import { PolicyProcessor } from './policies/PolicyProcessor';
import { EntityLimitsProcessor } from './processors/EntityLimitsProcessor';
import { SlipwayEntitiesProcessor } from './processors/SlipwayEntitiesProcessor';
import { createActionAnswers } from './reading/createActionAnswers';
import { createPlaceholderResolvers } from './reading/createPlaceholderResolvers';
import { createTurnsRouter } from './reading/createTurnsRouter';
import { createValidationRouter } from './reading/createValidationRouter';
import { parseEntities } from './reading/parseEntities';
import { createReaders } from './sources/createReaders';
import { createReadingRouter } from './sources/createReadingRouter';
import { LocationTargetsProcessor } from './sources/LocationTargetsProcessor';
import { OpenSources } from './sources/OpenSources';

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
 * Teaches the catalog Slipway's kinds, mirrors databases into it, and tells owners about broken documents. Owners can
 * unregister what is theirs.
 *
 * @public
 */
export const catalogModuleSlipway = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'slipway',
  register(reg) {
    reg.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        processing: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        model: catalogModelExtensionPoint,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        policies: policiesServiceRef,
        reader: coreServices.urlReader,
        scheduler: coreServices.scheduler,
      },
      async init(deps) {
        const { auth, config, discovery, events, logger, processing } = deps;
        const sources = OpenSources.fromConfig(config);
        deps.model.setEntityDataParser(parseEntities);
        const resolvers = createPlaceholderResolvers({ ...deps, sources });
        for (const [key, resolver] of Object.entries(resolvers)) {
          processing.addPlaceholderResolver(key, resolver);
        }
        processing.addProcessor(
          LocationTargetsProcessor.create({ config, sources }),
        );
        processing.addProcessor(new EntityLimitsProcessor());
        processing.addProcessor(new SlipwayEntitiesProcessor());
        processing.addProcessor(PolicyProcessor.create(deps));

        processing.addEntityProvider(
          SlipwayDatabasesProvider.create({
            read: () => readDatabaseEntities({ auth, discovery }),
            schedule: deps.scheduler.createScheduledTaskRunner(
              readSchedule(config),
            ),
            events,
            logger,
          }),
        );

        const notifier = OwnerErrorNotifier.create(deps);
        processing.setOnProcessingErrorHandler(event =>
          notifier.onProcessingError(event),
        );

        const readers = createReaders({ ...deps, sources });
        // First: it reads no body, so that nobody is told what is wrong with what they may not send.
        deps.httpRouter.use(createLocationsRouter(deps));
        deps.httpRouter.use(createActionAnswers());
        deps.httpRouter.use(createReadingRouter({ ...deps, readers }));
        deps.httpRouter.use(createValidationRouter({ ...deps, readers }));
        deps.httpRouter.use(createRegistrationRouter(deps));
        deps.httpRouter.use(createTurnsRouter(deps));
      },
    });
  },
});
