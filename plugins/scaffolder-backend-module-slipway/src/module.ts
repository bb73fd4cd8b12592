import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import { ScmIntegrations } from '@backstage/integration';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import {
  scaffolderActionsExtensionPoint,
  scaffolderServiceRef,
} from '@backstage/plugin-scaffolder-node';
import { scaffolderWorkspaceProviderExtensionPoint } from '@backstage/plugin-scaffolder-node/alpha';
import { catalogWithRepositoryToken } from '@slipway/backend-utils';
import { policiesServiceRef } from '@slipway/plugin-policies-node';
import type { Handler } from 'express';
import Router from 'express-promise-router';
import { createCreateDatabaseAction } from './actions/createDatabase';
import { createPlanAction } from './actions/plan';
import { createPublishAction } from './actions/publish';
import { createRegisterAction } from './actions/register';
import { createRemoveThingsAction } from './actions/removeThings';
import { DatabasesClient } from './databases/DatabasesClient';
import {
  fillRepositoryChoices,
  readRepositoryChoices,
} from './forms/repositoryHosts';
import { RepositoryHosts } from './hosts/RepositoryHosts';
import { leaveTasks } from './lib/leaveTasks';
import { openDatabase } from './lib/migrate';
import { TaskNotifier } from './notices/TaskNotifier';
import { createActionErrorHandler } from './routes/createActionErrorHandler';
import { createPolicyRouter } from './routes/createPolicyRouter';
import { createRefusalWords } from './routes/createRefusalWords';
import { createStackHider } from './routes/createStackHider';
import { createTaskIdCheck } from './routes/createTaskIdCheck';
import { createThingsRouter } from './routes/createThingsRouter';
import { DatabaseThingStore } from './things/DatabaseThingStore';
import { Things } from './things/Things';
import { PostgresWorkspaceProvider } from './workspace/PostgresWorkspaceProvider';

/**
 * Slipway's template actions, and the store for the files of running tasks.
 *
 * @public
 */
export const scaffolderModuleSlipway = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'slipway',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        // Its routes have to stand before the handler of their errors.
        actionsRegistry: actionsRegistryServiceRef,
        workspaces: scaffolderWorkspaceProviderExtensionPoint,
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
        policies: policiesServiceRef,
        scaffolder: scaffolderServiceRef,
        scheduler: coreServices.scheduler,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { auth, catalog, config, discovery, logger, scaffolder } = deps;
        const settings = config.getOptionalConfig('scaffolder.slipway');
        const client = await openDatabase(deps.database);
        leaveTasks({ ...deps, client });

        const workspaces = PostgresWorkspaceProvider.create({
          client,
          maxSizeMiB:
            settings?.getOptionalNumber('workspace.maxSizeMiB') ?? 100,
        });
        deps.workspaces.addProviders({ postgres: workspaces });
        const retentionDays =
          settings?.getOptionalNumber('workspace.retentionDays') ?? 7;
        await deps.scheduler.scheduleTask({
          id: 'slipway-workspace-retention',
          frequency: { hours: 6 },
          initialDelay: { minutes: 5 },
          timeout: { minutes: 10 },
          fn: async () => {
            const count = await workspaces.cleanOlderThan(retentionDays);
            if (count > 0) {
              logger.info(
                `Deleted the files of ${count} template tasks that ended without success more than ${retentionDays} days ago`,
              );
            }
          },
        });

        const notifier = TaskNotifier.create({ ...deps, client });
        await notifier.listen(deps.events);
        await deps.scheduler.scheduleTask({
          id: 'slipway-task-notices',
          frequency: { minutes: 1 },
          // The scaffolder makes its tables after this.
          initialDelay: { seconds: 20 },
          timeout: { minutes: 1 },
          fn: () => notifier.tellAll(),
        });

        const store = DatabaseThingStore.create({ client });
        const things = Things.create({
          store,
          scaffolder,
          auth,
          appBaseUrl: config.getString('app.baseUrl'),
        });
        const hosts = RepositoryHosts.fromConfig(config);
        const databases = DatabasesClient.create({ discovery, auth });
        deps.actions.addActions(
          createPlanAction({
            auditor: deps.auditor,
            catalog,
            permissions: deps.permissions,
            userInfo: deps.userInfo,
            databases,
            hosts,
            policies: deps.policies,
            things,
          }),
          createCreateDatabaseAction({
            databases,
            things,
            defaultWaitSeconds:
              settings?.getOptionalNumber('databaseWaitSeconds') ?? 120,
          }),
          createPublishAction({ hosts, things }),
          createRegisterAction({
            auth,
            catalog,
            catalogWithToken: token =>
              catalogWithRepositoryToken({ auth, discovery }, token),
            integrations: ScmIntegrations.fromConfig(config),
            things,
          }),
          createRemoveThingsAction({
            store,
            scaffolder,
            permissions: deps.permissions,
            auditor: deps.auditor,
            auth: deps.auth,
            catalog,
            databases,
            hosts,
          }),
        );

        const router = Router();
        router.get(
          '/v2/templates/:namespace/:kind/:name/parameter-schema',
          fillRepositoryChoices(readRepositoryChoices(config)),
        );
        router.use(createTaskIdCheck());
        router.use(createRefusalWords());
        router.use(createPolicyRouter({ ...deps, client }));
        router.use(createStackHider());
        router.use(
          createThingsRouter({
            store,
            httpAuth: deps.httpAuth,
            permissions: deps.permissions,
          }),
        );
        deps.httpRouter.use(router);
        // A handler of errors is told by its four arguments, which the router's type does not know.
        deps.httpRouter.use(createActionErrorHandler() as unknown as Handler);
      },
    });
  },
});
