import type {
  AuditorService,
  AuthService,
  HttpAuthService,
  LoggerService,
  PermissionsRegistryService,
  PermissionsService,
  RootConfigService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { ChangeLimit } from '@slipway/backend-utils';
import { DurableResources } from '@slipway/operations';
import { approvalPermissions } from '@slipway/plugin-approvals-common';
import type { Router } from 'express';
import type { Knex } from 'knex';
import { registerActions } from './actions/registerActions';
import { readApprovalsConfig } from './config';
import { findRequest } from './database/readRequests';
import { approvalMachine } from './machine';
import { createRouter } from './router';
import { scheduleTasks } from './scheduleTasks';
import { Access } from './services/Access';
import { AnswerLinksService } from './services/AnswerLinksService';
import { ApprovalsService } from './services/ApprovalsService';
import { createHints } from './services/createHints';
import { DecisionsService } from './services/DecisionsService';
import { DeputiesService } from './services/DeputiesService';
import { createNotifier } from './services/notifyPeople';
import { People } from './services/People';
import { approvalResourceRef, approvalRules } from './services/permissions';
import { RequestsService } from './services/RequestsService';

interface ApprovalsDeps {
  actionsRegistry: ActionsRegistryService;
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
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
}

/** Puts the plugin's parts together. */
export async function createApprovals(deps: ApprovalsDeps): Promise<Router> {
  const { knex } = deps;
  const config = readApprovalsConfig(deps.config);
  const hints = createHints(deps);
  const resources = await DurableResources.create({
    knex,
    machines: [approvalMachine],
    skipMigrations: deps.skipMigrations,
    onHint: ({ resourceId }) => hints.send(resourceId),
  });

  const people = People.create(deps);
  const access = Access.create({ ...deps, resources, people });
  const shared = { ...deps, config, resources, people, access };
  const approvals = ApprovalsService.create(shared);
  const decisions = DecisionsService.create({ ...shared, approvals });
  const answerLinks = AnswerLinksService.create({
    ...shared,
    approvals,
    decisions,
  });

  const notify = createNotifier({
    ...shared,
    answerLinks: config.answerLinks
      ? {
          service: answerLinks,
          baseUrl: deps.config.getString('app.baseUrl').replace(/\/$/, ''),
        }
      : undefined,
  });
  hints.onSent(notify);

  deps.permissionsRegistry.addResourceType({
    resourceRef: approvalResourceRef,
    permissions: approvalPermissions,
    rules: approvalRules,
    getResources: refs =>
      Promise.all(
        refs.map(ref => findRequest(knex, ref).catch(() => undefined)),
      ),
  });
  registerActions({ ...deps, approvals });
  await scheduleTasks({ ...shared, notify });

  return createRouter({
    ...deps,
    access,
    answerLinks,
    approvals,
    decisions,
    changeLimit: ChangeLimit.create(),
    deputies: DeputiesService.create(shared),
    requests: RequestsService.create(shared),
  });
}
