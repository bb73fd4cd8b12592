import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import type { Entity } from '@backstage/catalog-model';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import { allBut } from '@slipway/backend-utils/testUtils';
import type { JsonObject } from '@backstage/types';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import approvalsPlugin from '@slipway/plugin-approvals-backend';
import {
  policiesServiceRef,
  type PoliciesService,
} from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import policiesPlugin from '..';
import { createCallers } from './callers';
import { createCatalog, ownershipOf, PLATFORM, ref } from './company';
import { openPermissions, shippedDecisions, userOf } from './permissions';

export interface PluginOptions {
  /** Of the policies plugin; several replicas share it. */
  knex: Knex;
  /** Of the approvals plugin. */
  approvalsKnex: Knex;
  /** The folder with policies. */
  folder: string;
  config?: JsonObject;
  /** Configuration beside that of policies. */
  rootConfig?: JsonObject;
  /** What the catalog has beside people and groups. */
  entities?: Entity[];
  features?: Parameters<typeof startTestBackend>[0]['features'];
  /** The permission that is refused at the moment; all others are given. */
  withheld?(): string | undefined;
  /** Called before a notification is taken. */
  onNotify?(): Promise<void>;
}

/** The plugin behind its HTTP door beside the real approvals, on databases that may be shared with another replica. */
export async function startPlugin(options: PluginOptions) {
  const notifications: NotificationSendOptions[] = [];
  const audit: { eventId: string; status: string; meta: JsonObject }[] = [];
  const { entities = [] } = options;
  const auditor = mockServices.auditor.mock({
    createEvent: async ({ eventId, meta: asked }) => {
      const note = (status: string) => async (end?: { meta?: JsonObject }) =>
        void audit.push({ eventId, status, meta: { ...asked, ...end?.meta } });
      return { success: note('succeeded'), fail: note('failed') };
    },
  });
  const open = openPermissions();
  const asking: { policies?: PoliciesService } = {};
  const actions = actionsRegistryServiceMock();
  const scheduler = mockServices.scheduler();
  // One bus for all plugins, as in a portal.
  const events = mockServices.events();
  const backend = await startTestBackend({
    features: [
      policiesPlugin,
      approvalsPlugin,
      createBackendPlugin({
        pluginId: 'databases',
        register(env) {
          env.registerInit({
            deps: { policies: policiesServiceRef },
            async init({ policies }) {
              asking.policies = policies;
            },
          });
        },
      }),
      ...(options.features ?? []),
      createServiceFactory({
        service: actionsRegistryServiceRef,
        deps: {},
        factory: () => actions,
      }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => events,
      }),
      createServiceFactory({
        service: coreServices.database,
        deps: { plugin: coreServices.pluginMetadata },
        factory: ({ plugin }) => ({
          getClient: async () =>
            plugin.getId() === 'approvals'
              ? options.approvalsKnex
              : options.knex,
        }),
      }),
      mockServices.rootConfig.factory({
        data: {
          ...options.rootConfig,
          app: { baseUrl: 'https://portal.example.com' },
          permission: { slipway: { administrators: [PLATFORM] } },
          policies: {
            locations: [{ type: 'file', target: options.folder }],
            ...options.config,
          },
        },
      }),
      createCatalog(entities).factory,
      auditor.factory,
      mockServices.userInfo.mock({
        getUserInfo: async ({ principal }) => {
          const user = userOf({ principal })!;
          return {
            userEntityRef: user,
            ownershipEntityRefs: ownershipOf(user),
          };
        },
      }).factory,
      mockServices.permissions.mock(
        options.withheld ? allBut(options.withheld) : shippedDecisions(open),
      ).factory,
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          async send(sent: NotificationSendOptions) {
            await options.onNotify?.();
            notifications.push(sent);
          },
        }),
      }),
    ],
  });
  const { server } = backend;
  return {
    ...createCallers(server),
    audit,
    events,
    entities,
    notifications,
    /** Takes a permission away from everybody but administrators. */
    takeAway: (permission: string) =>
      void open.splice(open.indexOf(permission), 1),
    /** The service as other plugins have it. */
    policies: () => asking.policies!,
    /** Calls an action that agents are offered. */
    invoke: async (name: string, action: string, input: JsonObject) =>
      (
        await actions.invoke({
          id: `test:${action}`,
          input,
          credentials: mockCredentials.user(ref(name)),
        })
      ).output as any,
    /** Runs a scheduled task. */
    run: (task: string) => scheduler.triggerTask(`policies-${task}`),
    scheduler,
    server,
    stop: () => backend.stop(),
  };
}

export type Plugin = Awaited<ReturnType<typeof startPlugin>>;
