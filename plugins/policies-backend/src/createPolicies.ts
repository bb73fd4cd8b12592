import type {
  AuditorService,
  AuthService,
  HttpAuthService,
  LoggerService,
  PermissionsRegistryService,
  PermissionsService,
  RootConfigService,
  SchedulerService,
  UrlReaderService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { ChangeLimit } from '@slipway/backend-utils';
import { DurableResources } from '@slipway/operations';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import { policyPermissions } from '@slipway/plugin-policies-common';
import type {
  PolicyObjectsSource,
  PolicyRequestCompletion,
  PolicyRequestForesight,
} from '@slipway/plugin-policies-node';
import type { Router } from 'express';
import type { Knex } from 'knex';
import { registerActions } from './actions/registerActions';
import { readPoliciesConfig } from './config';
import { readInForce } from './database/sets';
import { findWaiver } from './database/waivers';
import { waiverMachine } from './machine';
import { createRouter } from './router';
import { hurrySweep, scheduleTasks } from './scheduleTasks';
import { Access } from './services/Access';
import { AnswerService } from './services/AnswerService';
import { createHints } from './services/createHints';
import { createMetrics } from './services/createMetrics';
import { EvaluationService } from './services/EvaluationService';
import { LocationsService } from './services/LocationsService';
import { createNotifier } from './services/notifyOwners';
import { waiverResourceRef, waiverRules } from './services/permissions';
import { Owners } from './services/Owners';
import { ReadingService } from './services/ReadingService';
import { SetsService } from './services/SetsService';
import { WaiversService } from './services/waivers/WaiversService';
import { WaiversWatch } from './services/WaiversWatch';
import { subscribe } from './subscribe';
import { CatalogSource } from './sweep/CatalogSource';
import { Looks } from './sweep/Looks';
import { startSweep } from './sweep/startSweep';
import { SweepService } from './sweep/SweepService';
import { sweepAndTell } from './sweep/sweepAndTell';

/** Questions of one person to one replica in a minute: some ten keystrokes a second. Large ones count as several, see `weighQuestion`. */
const EVALUATIONS_PER_MINUTE = 600;
/** Each sums over the days of all owners. */
const COMPLIANCE_PER_MINUTE = 60;
/** Each is read whole. */
const EXPORTS_PER_MINUTE = 6;

interface PoliciesDeps {
  actionsRegistry: ActionsRegistryService;
  approvals: ApprovalsService;
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
  /** Of modules, by the kind of request. */
  completions: ReadonlyMap<string, PolicyRequestCompletion>;
  /** Of modules, by the kind of request. */
  foresights: ReadonlyMap<string, PolicyRequestForesight>;
  config: RootConfigService;
  events: EventsService;
  httpAuth: HttpAuthService;
  knex: Knex;
  logger: LoggerService;
  notifications: NotificationService;
  permissions: PermissionsService;
  permissionsRegistry: PermissionsRegistryService;
  scheduler: SchedulerService;
  signals: SignalsService;
  skipMigrations?: boolean;
  /** Those of modules. */
  sources: readonly PolicyObjectsSource[];
  urlReader: UrlReaderService;
  userInfo: UserInfoService;
}

/** Puts the plugin's parts together. */
export async function createPolicies(deps: PoliciesDeps): Promise<Router> {
  const { knex, logger } = deps;
  const config = readPoliciesConfig(deps.config);
  const metrics = createMetrics();
  const hint = createHints(deps);
  let notify = async () => undefined as void;
  const resources = await DurableResources.create({
    knex,
    machines: [waiverMachine],
    skipMigrations: deps.skipMigrations,
    onHint: () => {
      hint('waivers');
      notify();
    },
  });
  notify = createNotifier({ ...deps, resources });

  const sets = SetsService.create({ knex, logger, config });
  const locations = LocationsService.create({
    ...deps,
    config,
    onChanged() {
      hint('policies');
      hurrySweep(deps);
    },
  });
  // A new installation allows nothing until this is done. Others have a set in force: it is judged by until the
  // task has looked, which is moments later.
  if (!(await readInForce(knex))) await locations.look();

  const access = Access.create(deps);
  const shared = { ...deps, access, config, metrics, resources, sets };
  const evaluation = EvaluationService.create(shared);
  const answers = AnswerService.create({ ...shared, evaluation });
  const watch = WaiversWatch.create(shared);
  const waivers = WaiversService.create({ ...shared, watch });
  const owners = Owners.create(deps);
  const sweeper = SweepService.create({
    ...shared,
    owners,
    sources: [CatalogSource.create(deps), ...deps.sources],
    sweepEveryMs: config.sweepEveryMs,
    onChanged: () => hint('violations'),
  });

  deps.permissionsRegistry.addResourceType({
    resourceRef: waiverResourceRef,
    permissions: policyPermissions,
    rules: waiverRules,
    getResources: refs =>
      Promise.all(
        refs.map(ref => findWaiver(knex, ref).catch(() => undefined)),
      ),
  });
  const evaluationLimit = ChangeLimit.create({
    perMinute: EVALUATIONS_PER_MINUTE,
    what: 'questions',
  });
  registerActions({ ...shared, answers, evaluationLimit });
  await subscribe({
    ...deps,
    watch,
    looks: Looks.create({ logger, sweeper }),
  });
  await scheduleTasks({
    ...shared,
    locations,
    notify,
    watch,
    lookForGone: signal => sweeper.lookForGone(signal),
    sweep: signal =>
      sweepAndTell(
        {
          ...deps,
          owners,
          // Where nobody is named who administers, those who grant waivers.
          platform:
            config.administrators.length > 0
              ? config.administrators
              : [config.approvers],
          sweeper,
        },
        signal,
      ),
  });

  return createRouter({
    ...shared,
    changeLimit: ChangeLimit.create(),
    complianceLimit: ChangeLimit.create({
      perMinute: COMPLIANCE_PER_MINUTE,
      what: 'looks at compliance',
    }),
    exportLimit: ChangeLimit.create({
      perMinute: EXPORTS_PER_MINUTE,
      what: 'exports of violations',
    }),
    answers,
    evaluationLimit,
    reading: ReadingService.create(shared),
    async startSweep(cause, idempotencyKey) {
      await startSweep({ knex, resources }, { cause, idempotencyKey });
      await hurrySweep(deps);
    },
    waivers,
  });
}
