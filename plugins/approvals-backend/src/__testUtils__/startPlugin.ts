import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import {
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import type { JsonObject } from '@backstage/types';
import { allBut } from '@slipway/backend-utils/testUtils';
import { APPROVALS_ANSWERED_TOPIC } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import {
  approvalsServiceRef,
  type ApprovalsService,
} from '@slipway/plugin-approvals-node';
import request from 'supertest';
import approvalsPlugin from '..';
import { ADMINISTRATORS, shippedDecisions } from './permissions';

export const PLATFORM = 'group:default/platform-team';
export const SECURITY = 'group:default/security';
export const ORDERS = 'group:default/team-orders';

/** People and the groups they belong to, unless a test changes that. */
const COMPANY: Record<string, string[]> = {
  sam: [ORDERS],
  tara: [ORDERS],
  ines: ['group:default/team-payments'],
  nora: [PLATFORM],
  omar: [PLATFORM],
  pia: [PLATFORM, SECURITY],
  quin: [SECURITY],
  root: ADMINISTRATORS,
};

/** Who has a name beside the one in the ref. */
const NAMED: Record<string, string> = { 'user:default/sam': 'Sam Okafor' };

export const ref = (name: string) => `user:default/${name}`;
export const digest = (letter = 'a') => letter.repeat(64);

/** A request of sam's that one member of the platform team decides. */
export const ask = (extra: object = {}) => ({
  subject: { kind: 'database-order', id: 'orders-db' },
  title: 'Order orders-db for production',
  link: '/databases/production/orders-db',
  facts: [{ label: 'Size', value: 'large' }],
  digest: digest(),
  rule: [{ groups: [PLATFORM], required: 1 }],
  requester: ref('sam'),
  reason: 'The old one is full',
  environment: 'production',
  owner: ORDERS,
  ...extra,
});

export interface PluginOptions {
  knex: Knex;
  /** The permission that is refused at the moment; all others are given. */
  withheld?(): string | undefined;
  config?: JsonObject;
  /** Called when the catalog is asked about people, before it answers. */
  onCatalogAsked?(refs: string[]): Promise<void>;
  /** Waited for before a notification is delivered; may throw. */
  onNotification?(sent: NotificationSendOptions): Promise<void>;
}

/** The plugin behind its HTTP door, on a database that may be shared with another replica. */
export async function startPlugin(options: PluginOptions) {
  const membership = new Map(
    Object.entries(COMPANY).map(([name, groups]) => [ref(name), groups]),
  );
  const notifications: NotificationSendOptions[] = [];
  const audit: { eventId: string; status: string; meta: JsonObject }[] = [];

  const entities = (): Entity[] => [
    ...[...membership].map(([user, groups]) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: parseEntityRef(user).name, namespace: 'default' },
      spec: NAMED[user] ? { profile: { displayName: NAMED[user] } } : {},
      relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
    })),
    ...['team-orders', 'team-payments', 'platform-team', 'security'].map(
      name => ({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Group',
        metadata: { name, namespace: 'default' },
        spec: { type: 'team', children: [] },
      }),
    ),
  ];
  const catalog = catalogServiceMock.mock({
    async getEntitiesByRefs({ entityRefs }) {
      await options.onCatalogAsked?.(entityRefs);
      const all = new Map(entities().map(e => [stringifyEntityRef(e), e]));
      return { items: entityRefs.map(each => all.get(each)) };
    },
    async queryEntities(query) {
      const filter = (query as { filter: Record<string, string[]> }).filter;
      const items = entities().filter(entity =>
        entity.relations?.some(relation =>
          filter['relations.memberOf'].includes(relation.targetRef),
        ),
      );
      return { items, totalItems: items.length, pageInfo: {} };
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
  const ownershipOf = (user: string) => [user, ...(membership.get(user) ?? [])];

  const clients: Record<string, ApprovalsService> = {};
  /** A plugin that asks, through the service ref. */
  const asking = (pluginId: string) =>
    createBackendPlugin({
      pluginId,
      register(env) {
        env.registerInit({
          deps: { approvals: approvalsServiceRef },
          async init({ approvals }) {
            clients[pluginId] = approvals;
          },
        });
      },
    });

  const scheduler = mockServices.scheduler();
  const events = mockServices.events();
  /** Of whom no answer is wanted any more. */
  const answered: unknown[] = [];
  await events.subscribe({
    id: 'test',
    topics: [APPROVALS_ANSWERED_TOPIC],
    onEvent: async ({ eventPayload }) => void answered.push(eventPayload),
  });
  const backend = await startTestBackend({
    features: [
      approvalsPlugin,
      asking('databases'),
      asking('environments'),
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
      mockServices.database.factory({ knex: options.knex }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'https://portal.example.com' },
          approvals: options.config ?? {},
        },
      }),
      catalog.factory,
      auditor.factory,
      options.withheld
        ? mockServices.permissions.mock(allBut(options.withheld)).factory
        : shippedDecisions({ userOf, ownershipOf }),
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          send: async (sent: NotificationSendOptions) => {
            await options.onNotification?.(sent);
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
      method: 'get' | 'post' | 'put' | 'delete',
      path: string,
      body?: object,
      key = `key-${Math.random()}-${(keys += 1)}`,
    ) => {
      const call = request(server)
        [method](`/api/approvals${path}`)
        .set('authorization', authorization)
        .set('idempotency-key', key);
      return body ? call.send(body) : call;
    };
    return {
      get: (path: string) => send('get', path),
      post: (path: string, body: object = {}, key?: string) =>
        send('post', path, body, key),
      put: (path: string, body: object) => send('put', path, body),
      delete: (path: string) => send('delete', path),
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
        targetPluginId: 'approvals',
      }),
    );

  /** Asks as the databases plugin does; the approval. */
  async function requested(extra: object = {}, key?: string) {
    const { body, status } = await service().post('/requests', ask(extra), key);
    expect([status, body.error]).toEqual([200, undefined]);
    return body as { id: string; state: string; digest: string };
  }
  const vote = (
    name: string,
    id: string,
    answer = 'approve',
    extra: object = {},
  ) =>
    as(name).put(`/approvals/${id}/vote`, {
      answer,
      ...(answer === 'reject' && { reason: 'Too big' }),
      ...extra,
    });
  const stateOf = async (id: string) =>
    (await as('root').get(`/approvals/${id}`)).body.state;

  /** Makes a deputy from now on; the appointment's id. */
  async function appoint(person: string, deputy: string) {
    const { body, status } = await as(person).post('/deputies', {
      deputy: ref(deputy),
      from: new Date(Date.now() - 60_000).toISOString(),
      until: new Date(Date.now() + 86_400_000).toISOString(),
    });
    expect([status, body.error]).toEqual([201, undefined]);
    return body.id as string;
  }

  return {
    server,
    scheduler,
    stop: () => backend.stop(),
    membership,
    notifications,
    answered,
    audit,
    /** The service as other plugins have it. */
    clients,
    as,
    onBehalfOf,
    service,
    requested,
    vote,
    stateOf,
    appoint,
  };
}

export type Plugin = Awaited<ReturnType<typeof startPlugin>>;
