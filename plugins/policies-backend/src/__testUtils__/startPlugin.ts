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
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import {
  AuthorizeResult,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import { allBut } from '@slipway/backend-utils/testUtils';
import type { JsonObject } from '@backstage/types';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import approvalsPlugin from '@slipway/plugin-approvals-backend';
import {
  policiesServiceRef,
  type PoliciesService,
} from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import request from 'supertest';
import policiesPlugin from '..';

export const PLATFORM = 'group:default/platform-team';
export const ORDERS = 'group:default/team-orders';

/** People and the groups they belong to. */
const COMPANY: Record<string, string[]> = {
  sam: [ORDERS],
  tara: [ORDERS],
  ines: ['group:default/team-payments'],
  nora: [PLATFORM],
  omar: [PLATFORM],
};

export const ref = (name: string) => `user:default/${name}`;

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

  const people: Entity[] = Object.entries(COMPANY).map(([name, groups]) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default' },
    spec: {},
    relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
  }));
  const groups: Entity[] = [
    'team-orders',
    'team-payments',
    'platform-team',
  ].map(name => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default' },
    spec: { type: 'team', children: [] },
  }));
  const all = () => [...people, ...groups, ...entities];
  const find = (entityRef: string) =>
    all().find(each => stringifyEntityRef(each) === entityRef);
  const catalog = catalogServiceMock.mock({
    getEntityByRef: async entityRef => find(String(entityRef)),
    getEntitiesByRefs: async ({ entityRefs }) => ({
      items: entityRefs.map(find),
    }),
    async queryEntities(query) {
      const given = query as {
        filter?: Record<string, string[]>;
        cursor?: string;
      };
      const { from, filter } = given.cursor
        ? (JSON.parse(given.cursor) as {
            from: number;
            filter: typeof given.filter;
          })
        : { from: 0, filter: given.filter };
      const members = filter?.['relations.memberOf'];
      const items = all().filter(entity =>
        members
          ? entity.relations?.some(({ targetRef }) =>
              members.includes(targetRef),
            )
          : (filter?.kind?.includes(entity.kind) ?? true),
      );
      // Pages of two, so that sweeps turn some.
      const next = members ? items.length : from + 2;
      return {
        items: items.slice(from, next),
        totalItems: items.length,
        pageInfo:
          next < items.length
            ? { nextCursor: JSON.stringify({ from: next, filter }) }
            : {},
      };
    },
  });
  const auditor = mockServices.auditor.mock({
    createEvent: async ({ eventId, meta: asked }) => {
      const note = (status: string) => async (end?: { meta?: JsonObject }) =>
        void audit.push({ eventId, status, meta: { ...asked, ...end?.meta } });
      return { success: note('succeeded'), fail: note('failed') };
    },
  });
  const userOf = ({ principal }: { principal: unknown }) =>
    (principal as { userEntityRef?: string }).userEntityRef;
  const ownershipOf = (user: string) => [
    user,
    ...(COMPANY[user.replace('user:default/', '')] ?? []),
  ];
  const isAdministrator = (user: string) =>
    ownershipOf(user).includes(PLATFORM);
  const open = [
    'policies.policy.read',
    'policies.request.evaluate',
    'policies.violation.read',
    'policies.waiver.read',
    'policies.waiver.create',
    'approvals.request.decide',
  ];

  /** The decisions of the shipped policy. */
  const shippedDecisions: Parameters<typeof mockServices.permissions.mock>[0] =
    {
      authorize: async (queries, { credentials }) =>
        queries.map(({ permission }) => {
          const user = userOf(credentials);
          return {
            result:
              !user || isAdministrator(user) || open.includes(permission.name)
                ? AuthorizeResult.ALLOW
                : AuthorizeResult.DENY,
          };
        }),
      authorizeConditional: async (queries, { credentials }) =>
        queries.map(({ permission }) => {
          const user = userOf(credentials);
          if (!user || isAdministrator(user)) {
            return { result: AuthorizeResult.ALLOW };
          }
          if (!isResourcePermission(permission)) {
            return { result: AuthorizeResult.DENY };
          }
          const conditions: Record<string, JsonObject> = {
            'policies.waiver.end': {
              rule: 'IS_WAIVER_OWNER',
              params: { owners: ownershipOf(user) },
            },
            'policies.waiver.withdraw': {
              rule: 'IS_WAIVER_REQUESTER',
              params: { requesters: [user] },
            },
            'approvals.request.withdraw': {
              rule: 'IS_APPROVAL_REQUESTER',
              params: { requesters: [user] },
            },
            'approvals.request.read': {
              rule: 'IS_APPROVAL_PARTY',
              params: { parties: ownershipOf(user) },
            },
          };
          const { resourceType } = permission;
          return {
            result: AuthorizeResult.CONDITIONAL,
            pluginId: permission.name.split('.')[0],
            resourceType,
            conditions: {
              resourceType,
              ...conditions[permission.name],
            } as never,
          };
        }),
    };

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
      catalog.factory,

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
        options.withheld ? allBut(options.withheld) : shippedDecisions,
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

  let keys = 0;
  const through = (authorization: string) => {
    const send = (
      method: 'get' | 'post' | 'put',
      path: string,
      body?: object,
      key = `key-${Math.random()}-${(keys += 1)}`,
    ) => {
      const call = request(server)
        [method](path.startsWith('/api/') ? path : `/api/policies${path}`)
        .set('authorization', authorization)
        .set('idempotency-key', key);
      return body ? call.send(body) : call;
    };
    return {
      get: (path: string) => send('get', path),
      put: (path: string, body: object = {}) => send('put', path, body),
      post: (path: string, body: object = {}, key?: string) =>
        send('post', path, body, key),
    };
  };
  const as = (name: string) => through(mockCredentials.user.header(ref(name)));
  /** Somebody who speaks on a person's behalf, as an action or another plugin does. */
  const onBehalfOf = (name: string) =>
    through(
      `Bearer ${mockCredentials.user.token(ref(name), {
        actor: { subject: 'plugin:mcp-actions' },
      })}`,
    );
  const service = (subject = 'plugin:databases') =>
    through(
      mockCredentials.service.header({
        onBehalfOf: mockCredentials.service(subject),
        targetPluginId: 'policies',
      }),
    );
  return {
    as,
    audit,
    events,
    entities,
    notifications,
    onBehalfOf,
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
    service,
    stop: () => backend.stop(),
  };
}

export type Plugin = Awaited<ReturnType<typeof startPlugin>>;
