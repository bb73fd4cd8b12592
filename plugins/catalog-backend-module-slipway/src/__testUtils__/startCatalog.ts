import {
  BackendFeature,
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  TestDatabases,
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import {
  eventsServiceFactory,
  eventsServiceRef,
} from '@backstage/plugin-events-node';
import {
  NotificationSendOptions,
  notificationService,
} from '@backstage/plugin-notifications-node';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import policiesPlugin from '@slipway/plugin-policies-backend';
import { POLICY_OBJECTS_EVENTS_TOPIC } from '@slipway/plugin-policies-common';
import {
  policiesServiceRef,
  type PoliciesService,
} from '@slipway/plugin-policies-node';
import { JsonObject } from '@backstage/types';
import catalogModuleSlipway, { catalogModuleUnprocessed } from '../index';

const allow = async () => ({ allowed: true, findings: [], digest: '' });

/** A catalog with our module in it, on a Postgres of its own. */
export async function startCatalog(options: {
  databases: TestDatabases;
  config: JsonObject;
  features?: BackendFeature[];
  /** Stands in for what the policies say; everything is allowed when left out. */
  evaluate?: PoliciesService['evaluate'];
  /** A folder of policies, for the real policies plugin in place of a stand-in. */
  policiesFolder?: string;
}) {
  const [knex, policiesKnex] = await Promise.all([
    options.databases.init('POSTGRES_18'),
    options.databases.init('POSTGRES_18'),
  ]);
  const notices: NotificationSendOptions[] = [];
  const hints: string[][] = [];
  const backend = await startTestBackend({
    features: [
      catalogPlugin,
      // Before ours, as in the portal.
      catalogModuleUnprocessed,
      catalogModuleSlipway,
      createServiceFactory({
        service: coreServices.database,
        deps: { plugin: coreServices.pluginMetadata },
        factory: ({ plugin }) => ({
          getClient: async () =>
            plugin.getId() === 'policies' ? policiesKnex : knex,
        }),
      }),
      mockServices.rootConfig.factory({
        data: {
          events: { useEventBus: 'never' },
          policies: {
            locations: [
              { type: 'file', target: options.policiesFolder ?? 'none' },
            ],
          },
          ...options.config,
        },
      }),
      mockServices.scheduler.factory({
        includeInitialDelayedTasksOnStartup: true,
      }),
      // The mock gives every plugin events of its own.
      eventsServiceFactory,
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          send: async notice => {
            notices.push(notice);
          },
        }),
      }),
      options.policiesFolder
        ? policiesPlugin
        : createServiceFactory({
            service: policiesServiceRef,
            deps: {},
            factory: (): PoliciesService => ({
              evaluate: options.evaluate ?? allow,
              enforce: allow,
              version: async () => ({
                version: '1',
                kinds: options.evaluate ? ['Component', 'Environment'] : [],
              }),
            }),
          }),
      createBackendPlugin({
        pluginId: 'listener',
        register(env) {
          env.registerInit({
            deps: { events: eventsServiceRef },
            init: ({ events }) =>
              events.subscribe({
                id: 'test',
                topics: [POLICY_OBJECTS_EVENTS_TOPIC],
                onEvent: async ({ eventPayload }) =>
                  void hints.push((eventPayload as { ids: string[] }).ids),
              }),
          });
        },
      }),
      ...(options.features ?? []),
    ],
  });
  const baseUrl = `http://localhost:${backend.server.port()}/api/catalog`;

  return {
    baseUrl,
    notices,
    /** The entities that the policies plugin was told to look at. */
    hints,
    /** The database of the real policies plugin. */
    policiesKnex,
    stop: () => backend.stop(),
    /** What was wrong with an entity when it was last processed, as the catalog keeps it. */
    async errorsOf(entityRef: string): Promise<string> {
      const row = await knex('refresh_state')
        .where({ entity_ref: entityRef })
        .first('errors');
      return row?.errors ?? '';
    },
    /** Sends a request below `/api/catalog` as a person. */
    async call(
      name: string,
      method: string,
      path: string,
      body?: object,
      headers?: Record<string, string>,
      signal?: AbortSignal,
    ) {
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: mockCredentials.user.header(`user:default/${name}`),
          'content-type': 'application/json',
          ...headers,
        },
        body: body && JSON.stringify(body),
        signal,
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text ? JSON.parse(text) : undefined,
      };
    },
    async entities(): Promise<Entity[]> {
      const response = await fetch(`${baseUrl}/entities`);
      if (!response.ok) {
        throw new Error(`${response.status} ${await response.text()}`);
      }
      return response.json();
    },
  };
}

/** Tries until it does not throw any more, for two minutes; then throws what it threw last. */
export async function waitFor<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
