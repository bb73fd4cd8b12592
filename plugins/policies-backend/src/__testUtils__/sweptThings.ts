import { createBackendModule } from '@backstage/backend-plugin-api';
import type { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import {
  policyObjectsExtensionPoint,
  type PolicyObject,
} from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { ORDERS, PAYMENTS } from './company';
import { createFolder, ownerPolicy, policyText } from './folders';
import { startPlugin, type Plugin } from './startPlugin';

const component = (
  name: string,
  options: { owner?: string; lifecycle?: string } = {},
): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { owner: ORDERS, ...options },
});

/** A database, as the module of databases tells the sweep of it. */
export const database = (
  name: string,
  options: { owner?: string; encrypted?: boolean } = {},
): PolicyObject => ({
  id: name,
  request: {
    kind: 'DatabaseRequest',
    object: { name, environment: 'production', owner: ORDERS, ...options },
    entityRef: `resource:default/${name}.production`,
  },
  link: `/databases/production/${name}`,
});

/**
 * A portal with components and databases, some of which violate policies; made anew for each test of the file.
 *
 * @returns what a test may look at and change, with ways to ask what was found
 */
export function useSweptThings(databases: TestDatabases) {
  const scene = {
    knex: undefined as unknown as Knex,
    folder: undefined as unknown as Awaited<ReturnType<typeof createFolder>>,
    plugin: undefined as unknown as Plugin,
    /** What the catalog has. */
    entities: [] as Entity[],
    /** What the module's source lists. */
    listed: [] as PolicyObject[],
    onList: async () => {},
    onNotify: async () => {},
  };
  const source = createBackendModule({
    pluginId: 'policies',
    moduleId: 'databases',
    register(reg) {
      reg.registerInit({
        deps: { objects: policyObjectsExtensionPoint },
        async init({ objects }) {
          objects.addSource({
            id: 'databases',
            async list() {
              await scene.onList();
              return { items: scene.listed };
            },
            get: async id => scene.listed.find(each => each.id === id),
          });
        },
      });
    },
  });

  beforeEach(async () => {
    scene.folder = await createFolder({
      'a.yaml': policyText(),
      'b.yaml': ownerPolicy,
    });
    scene.knex = await databases.init('POSTGRES_18');
    scene.entities = [
      component('good', { lifecycle: 'production' }),
      component('one'),
      component('two', { owner: PAYMENTS }),
      component('three', { owner: '' }),
    ];
    scene.listed = [
      database('orders'),
      database('basket', { encrypted: true }),
    ];
    scene.onList = async () => {};
    scene.onNotify = async () => {};
    scene.plugin = await startPlugin({
      knex: scene.knex,
      approvalsKnex: await databases.init('POSTGRES_18'),
      folder: scene.folder.path,
      entities: scene.entities,
      features: [source],
      onNotify: () => scene.onNotify(),
    });
  });

  afterEach(async () => {
    await scene.plugin.stop();
    await scene.folder.remove();
  });

  const violations = async (query = '', as = 'sam') => {
    const { body, status } = await scene.plugin
      .as(as)
      .get(`/violations?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return body as {
      totalItems: number;
      items: { name: string; firstSeen: string; lastSeen: string }[];
    };
  };
  return Object.assign(scene, {
    violations,
    names: async (query = '', as = 'sam') =>
      (await violations(query, as)).items.map(({ name }) => name),
    compliance: async (query = '') =>
      (await scene.plugin.as('sam').get(`/compliance?${query}`)).body,
    sweep: async () => {
      await scene.plugin.as('nora').post('/sweeps');
      await scene.plugin.run('sweep');
    },
  });
}
