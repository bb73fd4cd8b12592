import { rootSystemMetadataServiceFactory } from '@backstage/backend-defaults/rootSystemMetadata';
import {
  mockServices,
  type TestDatabases,
} from '@backstage/backend-test-utils';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterparts, in tests only
import approvalsPlugin from '@slipway/plugin-approvals-backend';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterparts, in tests only
import databasesPlugin from '@slipway/plugin-databases-backend';
import type { JsonObject } from '@backstage/types';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- for tests, and no part of that package's interface
import { startPortal } from '../../../permission-backend-module-slipway/src/__testUtils__/startPortal';
import accessPlugin from '..';
import { waiversPlugin } from './waiversPlugin';

const group = (name: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name },
  spec: { type: 'team', children: [] },
});
const user = (name: string, ...memberOf: string[]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name },
  spec: { memberOf },
});
const component = (name: string, owner: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name },
  spec: { type: 'service', lifecycle: 'production', owner },
});

/** Tom is in team-storefront by his sign-in; the catalog has moved him since. */
const entities = [
  group('team-orders'),
  group('team-storefront'),
  group('platform-team'),
  group('sre'),
  user('sam', 'team-orders'),
  user('tom', 'sre'),
  user('nora', 'platform-team'),
  user('omar', 'sre'),
  component('orders', 'team-orders'),
  component('carts', 'team-orders'),
  component('left-behind', 'team-gone'),
];

export const roles = [
  { name: 'everyone', without: ['databases.database.create'] },
  {
    name: 'orderers',
    title: 'Orderers',
    groups: ['team-orders', 'team-renamed'],
    permissions: ['databases.database.create'],
  },
  {
    name: 'production-operators',
    title: 'Production operators',
    groups: ['sre'],
    permissions: ['databases.database.update', 'databases.database.updat'],
    environments: ['production', 'prodution'],
  },
];

/** The real catalog, permission, scaffolder, approvals and databases plugins, and ours, with a small company in it. */
export async function startCompany(options: {
  databases: TestDatabases;
  roles?: JsonObject[];
}) {
  const audited: string[] = [];
  const logger = mockServices.rootLogger.mock({
    child: () => logger,
  });
  const portal = await startPortal({
    databases: options.databases,
    entities,
    roles: options.roles ?? roles,
    config: {
      app: { baseUrl: 'http://localhost' },
      databases: {
        environments: [
          { name: 'development', title: 'Development' },
          { name: 'production', title: 'Production' },
        ],
        sizes: {
          large: {
            storageGiB: 50,
            connectionLimit: 50,
            statementTimeoutSeconds: 60,
          },
        },
        approvals: [
          {
            environment: 'production',
            sizes: ['large'],
            groups: ['platform-team'],
          },
          {
            environment: 'production',
            sizes: ['large'],
            groups: ['group:default/Team-Gone'],
          },
        ],
        sealing: {
          keys: [{ id: 'k', key: Buffer.alloc(32, 1).toString('base64') }],
        },
      },
    },
    features: [
      rootSystemMetadataServiceFactory,
      logger.factory,
      mockServices.auditor.mock({
        createEvent: async ({ eventId, meta }) => {
          const note = (status: string) => async () =>
            void audited.push(`${eventId} ${status} ${JSON.stringify(meta)}`);
          return { success: note('succeeded'), fail: note('failed') };
        },
      }).factory,
      accessPlugin,
      approvalsPlugin,
      waiversPlugin,
      databasesPlugin,
    ],
  });
  const get = (name: 'sam' | 'tom' | 'nora', path: string) =>
    portal.as(name).get(`/api/access${path}`);

  // The catalog has taken it all in when it knows who owns what.
  const deadline = Date.now() + 100_000;
  for (;;) {
    const { body } = await portal
      .as('nora')
      .get(
        '/api/catalog/entity-facets?facet=relations.ownedBy&facet=relations.memberOf',
      );
    if (
      body.facets?.['relations.ownedBy']?.length >= 2 &&
      body.facets?.['relations.memberOf']?.length >= 3
    ) {
      break;
    }
    if (Date.now() > deadline) throw new Error(JSON.stringify(body));
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return {
    get,
    /** What this plugin has left on record; the others have too. */
    audited: () => audited.filter(each => each.startsWith('access-')),
    as: portal.as,
    server: portal.server,
    stop: portal.stop,
    whileCatalogHangs: portal.whileCatalogHangs,
    databaseOf: portal.databaseOf,
    /** What was said in the log as a warning. */
    warnings: () => logger.warn.mock.calls.map(([message]) => String(message)),
  };
}
