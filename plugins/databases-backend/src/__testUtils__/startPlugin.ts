import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import approvalsPlugin from '@slipway/plugin-approvals-backend';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import policiesPlugin from '@slipway/plugin-policies-backend';
import policiesModuleDatabases from '@slipway/plugin-policies-backend-module-databases';
import { policiesServiceRef } from '@slipway/plugin-policies-node';
import databasesModulePostgres, {
  PostgresDatabaseProvider,
  readPostgresProviders,
} from '@slipway/plugin-databases-backend-module-postgres';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import databasesPlugin from '..';
import { companyCatalog } from './companyCatalog';
import { createClients } from './createClients';
import {
  ADMINISTRATORS,
  givingAllBut,
  realPolicy,
  shippedDecisions,
} from './permissions';

/** People and the groups they belong to, as the sample company has them. */
export const people: Record<string, string[]> = {
  'user:default/sam': ['group:default/team-orders'],
  'user:default/ines': ['group:default/team-payments'],
  'user:default/nora': ['group:default/platform-team'],
  'user:default/mateo': ['group:default/platform-team'],
};

export const SEALING_KEY = {
  id: 'k1',
  key: Buffer.alloc(32, 7).toString('base64'),
};

/** An order of sam's that is taken. */
export const order = (name: string, extra: object = {}) => ({
  name,
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
  ...extra,
});

export interface PluginOptions {
  knex: Knex;
  tenants: { port: number; password: string };
  /** How long the provider waits for a lock; as long as it does by itself when left out. */
  lockMs?: number;
  keys?: { id: string; key: string }[];
  graceHours?: number;
  /** Which orders wait for approval; the approvals plugin then runs beside this one, on this database. */
  approvals?: { knex: Knex; rules: JsonObject[] };
  quotas?: JsonObject[];
  /** When owners are told how a database is used. */
  health?: JsonObject;
  /** Sizes beside the small one. */
  sizes?: JsonObject;
  /** Where backups are kept, and when they are taken; none are when left out. */
  backups?: JsonObject;
  /** When logins of applications are replaced and turned off. */
  rotation?: JsonObject;
  /** Where events are sent. */
  events?: JsonObject;
  /** Roles of the configuration; the real permission plugin then decides, with our policy. */
  roles?: JsonObject[];
  /** The permission that is refused at the moment; all others are given. */
  withheld?(): string | undefined;
  /** What is allowed; the policies plugin then runs beside this one, with the policies of this folder. */
  policies?: { knex: Knex; folder: string };
  /** What of the catalog depends on something; asking for it fails while it throws. */
  dependents?(): Entity[];
  /** How long databases go. */
  expiry?: JsonObject;
  /** Environments in which nothing is deleted that is used. */
  refuseInUseIn?: string[];
  /** What else is in the catalog. */
  entities?: Entity[];
  /** Called when the catalog is asked, before it answers. */
  onCatalogAsked?(ref: string): Promise<void>;
  /** Waited for before a notification is delivered; may throw. */
  onNotification?(sent: NotificationSendOptions): Promise<void>;
}

/** For tests that are about other things than policies. */
const everythingAllowed = createServiceFactory({
  service: policiesServiceRef,
  deps: {},
  factory: () => {
    const answer = async () => ({ allowed: true, findings: [], digest: '' });
    return {
      evaluate: answer,
      enforce: answer,
      version: async () => ({ version: '', kinds: [] }),
    };
  },
});

/** The real provider, which gives up a lock that others hold sooner. */
const impatientModule = (lockMs: number) =>
  createBackendModule({
    pluginId: 'databases',
    moduleId: 'postgres',
    register(env) {
      env.registerInit({
        deps: {
          config: coreServices.rootConfig,
          lifecycle: coreServices.lifecycle,
          providers: databaseProvidersExtensionPoint,
        },
        async init({ config, lifecycle, providers }) {
          for (const each of readPostgresProviders(config)) {
            const provider = PostgresDatabaseProvider.create(each, {
              lock: lockMs,
            });
            providers.addProvider(provider);
            lifecycle.addShutdownHook(() => provider.close());
          }
        },
      });
    },
  });

/** The plugin with the real Postgres provider, behind its HTTP door. */
export async function startPlugin(options: PluginOptions) {
  const membership = new Map(Object.entries(people));
  const groupsOf = (user: string) => membership.get(user) ?? [];
  const notifications: NotificationSendOptions[] = [];
  const audit: { eventId: string; status: string; meta: JsonObject }[] = [];

  /** Names of resources that somebody wrote a document of. */
  const documents = new Set(['legacy.development']);
  const catalog = companyCatalog({ membership, documents, ...options });
  const auditor = mockServices.auditor.mock({
    createEvent: async ({ eventId, meta: asked }) => {
      const note = (status: string) => async (end?: { meta?: JsonObject }) =>
        void audit.push({ eventId, status, meta: { ...asked, ...end?.meta } });
      return { success: note('succeeded'), fail: note('failed') };
    },
  });
  const userOf = (credentials: { principal: unknown }) =>
    (credentials.principal as { userEntityRef?: string }).userEntityRef ?? '';

  const decisions = () => {
    if (options.withheld) return givingAllBut(options.withheld);
    return options.roles ? realPolicy : shippedDecisions({ groupsOf, userOf });
  };

  const scheduler = mockServices.scheduler();
  const events = mockServices.events();
  const backend = await startTestBackend({
    features: [
      databasesPlugin,
      options.lockMs
        ? impatientModule(options.lockMs)
        : databasesModulePostgres,
      ...(options.approvals ? [approvalsPlugin] : []),
      ...(options.policies
        ? [policiesPlugin, policiesModuleDatabases]
        : [everythingAllowed]),
      // One bus for all plugins, where upstream's has one for each.
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => events,
      }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      createServiceFactory({
        service: coreServices.database,
        deps: { plugin: coreServices.pluginMetadata },
        factory: ({ plugin }) =>
          mockServices.database({
            knex:
              { approvals: options.approvals, policies: options.policies }[
                plugin.getId()
              ]?.knex ?? options.knex,
          }),
      }),
      mockServices.rootConfig.factory({
        data: {
          permission: {
            enabled: options.roles !== undefined,
            slipway: {
              administrators: ADMINISTRATORS,
              roles: options.roles ?? [],
            },
          },
          policies: {
            locations: [
              { type: 'file', target: options.policies?.folder ?? 'none' },
            ],
          },
          databases: {
            environments: [
              { name: 'development', title: 'Development' },
              { name: 'staging', title: 'Staging' },
              { name: 'production', title: 'Production' },
            ],
            sizes: {
              small: {
                storageGiB: 1,
                connectionLimit: 5,
                statementTimeoutSeconds: 30,
                pricePerMonth: 9,
                currency: 'EUR',
              },
              ...options.sizes,
            },
            sealing: { keys: options.keys ?? [SEALING_KEY] },
            personalLogins: { defaultHours: 8, maxHours: 24 },
            approvals: options.approvals?.rules ?? [],
            quotas: options.quotas ?? [],
            ...(options.backups && { backups: options.backups }),
            ...(options.health && { health: options.health }),
            ...(options.events && { events: options.events }),
            ...(options.rotation && { rotation: options.rotation }),
            ...(options.expiry && { expiry: options.expiry }),
            deletion: {
              graceHours: options.graceHours ?? 0,
              refuseInUseIn: options.refuseInUseIn ?? [],
            },
            providers: {
              postgres: [
                {
                  id: 'shared',
                  title: 'Shared Postgres',
                  environments: ['development', 'staging'],
                  connection: {
                    host: '127.0.0.1',
                    port: options.tenants.port,
                    user: 'provisioner',
                    password: options.tenants.password,
                  },
                },
              ],
            },
          },
        },
      }),
      catalog.factory,
      auditor.factory,
      mockServices.userInfo.mock({
        getUserInfo: async credentials => ({
          userEntityRef: userOf(credentials),
          ownershipEntityRefs: [
            userOf(credentials),
            ...groupsOf(userOf(credentials)),
          ],
        }),
      }).factory,
      ...decisions(),
      createServiceFactory({
        service: notificationService,
        deps: { logger: coreServices.logger },
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

  const { as, approvalsAs, askPolicies } = createClients(server);

  async function until(
    path: string,
    state: string,
    ms = 60_000,
  ): Promise<Record<string, never> & { state: string }> {
    const end = Date.now() + ms;
    for (;;) {
      const { body } = await as('user:default/nora').get(path);
      if (body.state === state) return body;
      if (Date.now() > end) {
        throw new Error(`is not ${state}: ${JSON.stringify(body)}`);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** A database of sam's that is ready; its id. */
  async function ready(name: string, extra: object = {}): Promise<string> {
    const sam = as('user:default/sam');
    const { body, status } = await sam.post('/databases', order(name, extra));
    expect([status, body.error]).toEqual([202, undefined]);
    await until(`/operations/${body.operation.id}`, 'succeeded');
    return body.database.id;
  }

  return {
    server,
    scheduler,
    events,
    stop: () => backend.stop(),
    membership,
    documents,
    notifications,
    audit,
    as,
    sam: as('user:default/sam'),
    ines: as('user:default/ines'),
    nora: as('user:default/nora'),
    mateo: as('user:default/mateo'),
    stranger: as('user:default/nobody'),
    leaver: as('user:default/gone'),
    until,
    ready,
    approvalsAs,
    askPolicies,
  };
}

export type Plugin = Awaited<ReturnType<typeof startPlugin>>;
