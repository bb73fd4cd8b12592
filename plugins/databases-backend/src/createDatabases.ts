import type {
  AuditorService,
  AuthService,
  DiscoveryService,
  HttpAuthService,
  LifecycleService,
  LoggerService,
  PermissionsRegistryService,
  PermissionsService,
  RootConfigService,
  SchedulerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { toError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { ChangeLimit } from '@slipway/backend-utils';
import { DurableOperations, type OperationHint } from '@slipway/operations';
import { readRoles, RoleModel } from '@slipway/plugin-access-common';
import {
  APPROVALS_EVENTS_TOPIC,
  approvalSignalSchema,
} from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { databasePermissions } from '@slipway/plugin-databases-common';
import type { Router } from 'express';
import type { Knex } from 'knex';
import { registerActions } from './actions/registerActions';
import type { BackupStores } from './backups/BackupStores';
import { createVault } from './backups/createVault';
import { readDatabasesConfig } from './config';
import { measureOrders } from './database/measureOrders';
import { recordPrices } from './database/prices';
import { getDatabase, listAfter } from './database/readDatabases';
import type { DatabaseRecord } from './database/rows';
import { createDatabasesMachine } from './operations/createDatabasesMachine';
import { CostsService } from './costs/CostsService';
import { tellIdle } from './costs/tellIdle';
import { HealthService } from './health/HealthService';
import { MeasureWatch } from './health/MeasureWatch';
import { createEventSender, eventConsumers } from './events/createEventSender';
import { createRouter } from './router';
import { scheduleTasks } from './scheduleTasks';
import { createSealed } from './secrets/createSealed';
import type { SecretStores } from './secrets/SecretStores';
import { Access } from './services/Access';
import { ApprovalsWatch } from './services/ApprovalsWatch';
import { BackupsService } from './services/BackupsService';
import { BlastRadiusService } from './services/BlastRadiusService';
import { BackupWatch } from './services/BackupWatch';
import { toCatalogEntity } from './services/catalogEntities';
import { ChangesService } from './services/ChangesService';
import { createHints } from './services/createHints';
import { DatabasesService } from './services/DatabasesService';
import { DriftWatch } from './services/DriftWatch';
import { ExpiryWatch } from './services/ExpiryWatch';
import { HandOnService } from './services/HandOnService';
import {
  createNotifier,
  NOTIFICATIONS_CONSUMER,
} from './services/notifyRequesters';
import { ImportsService } from './services/ImportsService';
import { measureWork } from './services/measureWork';
import { OrdersService } from './services/OrdersService';
import { databaseResourceRef, databaseRules } from './services/permissions';
import { PendingChangesWatch } from './services/PendingChangesWatch';
import { PausesService } from './services/PausesService';
import { PersonalLoginsService } from './services/PersonalLoginsService';
import { ProviderWatch } from './services/ProviderWatch';
import type { Providers } from './services/Providers';
import { protectionOf } from './services/protection';
import { readQuota } from './services/quotas';
import { readGroups } from './services/readGroups';
import { RotationService } from './services/RotationService';
import { RotationWatch } from './services/RotationWatch';
import { removeBackups } from './services/removeBackups';
import { retain } from './services/retain';
import { toOptions } from './services/toOptions';

interface DatabasesDeps {
  actionsRegistry: ActionsRegistryService;
  approvals: ApprovalsService;
  auditor: AuditorService;
  auth: AuthService;
  /** The stores of modules. */
  backupStores: BackupStores;
  catalog: CatalogService;
  config: RootConfigService;
  discovery: DiscoveryService;
  events: EventsService;
  httpAuth: HttpAuthService;
  knex: Knex;
  lifecycle: LifecycleService;
  logger: LoggerService;
  notifications: NotificationService;
  permissions: PermissionsService;
  permissionsRegistry: PermissionsRegistryService;
  policies: PoliciesService;
  providers: Providers;
  scheduler: SchedulerService;
  /** The stores of modules. */
  secretStores: SecretStores;
  signals: SignalsService;
  skipMigrations?: boolean;
  userInfo: UserInfoService;
}

/** Puts the plugin's parts together. Nothing here connects to a tenants' server. */
export async function createDatabases(deps: DatabasesDeps): Promise<Router> {
  const { knex, logger, providers } = deps;
  const config = readDatabasesConfig(deps.config);
  const resealing = createSealed({ ...deps, keys: config.sealingKeys });
  const secrets = deps.secretStores.choose(config.secrets);

  const vault = createVault({ ...deps, config: config.backups, secrets });

  const hints = createHints(deps);
  const listeners: ((hint: OperationHint) => void)[] = [
    ({ resourceId }) => hints.send(resourceId),
  ];
  const asking = {
    protectionOf: ({ provider_id, environment }: DatabaseRecord) =>
      protectionOf(config, providers.get(provider_id), environment),
    groupsOf: (ref: string) => readGroups(deps, ref),
  };
  const operations: DurableOperations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger,
    consumers: [NOTIFICATIONS_CONSUMER, ...eventConsumers(config.events)],
    machines: [
      createDatabasesMachine({
        ...deps,
        secrets,
        vault,
        ...asking,
      }),
    ],
    skipMigrations: deps.skipMigrations,
    onHint: hint => listeners.forEach(listen => listen(hint)),
  });
  listeners.push(measureWork({ knex, operations, logger }));
  const sender = createEventSender(
    {
      ...deps,
      operations,
      address: await deps.discovery.getExternalBaseUrl('databases'),
    },
    config.events,
  );
  hints.onSent(async () => void sender.wake());

  const watch = ApprovalsWatch.create({ ...deps, operations });
  const pendingChanges = PendingChangesWatch.create({
    ...deps,
    ...asking,
    operations,
    config,
  });
  listeners.push(({ resourceId, type }) => {
    // Something was asked for or ended, or what held it up has ended.
    if (/^resize\.|^operation\.(succeeded|failed|cancelled)$/.test(type)) {
      pendingChanges.look({ databaseId: resourceId });
    }
  });
  const lookAtApprovals = async (
    only?: Parameters<ApprovalsWatch['look']>[0],
  ) => {
    await watch
      .look(only)
      .catch(error =>
        logger.warn('Approvals will be looked at later', toError(error)),
      );
    await pendingChanges.look(only);
  };
  await deps.events.subscribe({
    id: 'databases-approvals',
    topics: [APPROVALS_EVENTS_TOPIC],
    async onEvent({ eventPayload }) {
      const hint = approvalSignalSchema.safeParse(eventPayload);
      if (hint.success) await lookAtApprovals(hint.data);
    },
  });
  const notifier = createNotifier({ ...deps, operations });
  hints.onSent(notifier);

  const access = Access.create({
    ...deps,
    roles: RoleModel.create(readRoles(deps.config)),
  });
  const shared = { ...deps, operations, providers, access, config };
  const databases = DatabasesService.create(shared);
  const blastRadius = BlastRadiusService.create({ ...shared, databases });
  const services = {
    databases,
    orders: OrdersService.create({ ...shared, databases }),
    blastRadius,
    changes: ChangesService.create({ ...shared, databases, blastRadius }),
    handingOn: HandOnService.create({ ...shared, databases }),
    logins: PersonalLoginsService.create({ ...shared, databases }),
    pauses: PausesService.create(shared),
    imports: ImportsService.create(shared),
    backups: BackupsService.create({ ...shared, databases, vault }),
    health: HealthService.create({ ...shared, databases }),
    rotation: RotationService.create({ ...shared, databases }),
    costs: CostsService.create({ ...shared, databases }),
  };

  deps.permissionsRegistry.addResourceType({
    resourceRef: databaseResourceRef,
    permissions: databasePermissions,
    rules: databaseRules,
    getResources: refs =>
      Promise.all(
        refs.map(ref => getDatabase(knex, ref).catch(() => undefined)),
      ),
  });
  const changeLimit = ChangeLimit.create();
  registerActions({ ...deps, ...services, changeLimit });
  const backups = config.backups &&
    vault && {
      vault,
      watch: BackupWatch.create({
        ...deps,
        operations,
        config: config.backups,
      }),
    };
  const driftWatch = DriftWatch.create({ ...deps, operations });
  const measureWatch = MeasureWatch.create({
    ...deps,
    operations,
    config,
    onMeasured: hints.measured,
  });
  const rotationWatch = RotationWatch.create({
    ...deps,
    operations,
    config: config.rotation,
    onMoved: id => hints.send(id),
  });
  const expiryWatch = ExpiryWatch.create({ ...deps, operations, config });
  await scheduleTasks({
    scheduler: deps.scheduler,
    operations,
    resealing,
    logins: services.logins,
    notify: notifier,
    retain: signal =>
      retain({
        knex,
        operations,
        logger,
        config: config.retention,
        keepMeasurementsDays: config.health.keepDays,
        sinks: eventConsumers(config.events),
        signal,
      }),
    lookAtApprovals: () => lookAtApprovals(),
    lookForDrift: signal => driftWatch.look(signal),
    measure: signal => measureWatch.look(signal),
    sendEvents: () => sender.wake(),
    lookAtLogins: signal => rotationWatch.look(signal),
    lookForExpiry: signal => expiryWatch.look(signal),
    async tellIdle(signal) {
      const days = config.health.idleDays;
      await tellIdle({ knex, operations, days, signal });
      await notifier();
    },
    backups: backups && {
      look: () => backups.watch.look(),
      async remove(signal) {
        await removeBackups({ ...backups, knex, logger, signal });
      },
    },
  });
  // Work begins when everything can be reached, and is given back before anything is closed.
  await recordPrices(knex, config.sizes);
  const providerWatch = ProviderWatch.create({
    ...deps,
    operations,
    logins: services.logins,
  });
  deps.lifecycle.addStartupHook(async () => {
    await operations.start();
    providerWatch.start();
  });
  deps.lifecycle.addShutdownHook(() => operations.stop());
  deps.lifecycle.addShutdownHook(() => sender.stop());
  deps.lifecycle.addShutdownHook(() => providerWatch.stop());

  return createRouter({
    ...deps,
    access,
    ...services,
    changeLimit,
    options: () =>
      toOptions(config, providers, places => measureOrders(knex, places)),
    quota: place => readQuota(knex, config, place),
    async catalogEntities({ cursor, limit }) {
      const records = await listAfter(knex, { after: cursor, limit });
      return {
        items: records.map(toCatalogEntity),
        nextCursor:
          records.length === limit ? records[records.length - 1].id : null,
      };
    },
  });
}
