import type { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import { ORDERS, PAYMENTS } from './company';
import { createFolder, ownerPolicy, policyText } from './folders';
import { startPlugin, type Plugin } from './startPlugin';

const DAY_MS = 86_400_000;

export const inDays = (days: number) =>
  new Date(Date.now() + days * DAY_MS).toISOString();

/** A waiver that somebody of team-orders asks for. */
export const ask = (extra: object = {}) => ({
  policy: 'encrypted',
  field: 'encrypted',
  scope: { kind: 'DatabaseRequest', name: 'orders', environment: 'production' },
  owner: 'team-orders',
  reason: 'The old client cannot.',
  expiresAt: inDays(30),
  ...extra,
});

/** What it covers. */
export const order = {
  kind: 'DatabaseRequest',
  operation: 'create',
  object: { name: 'orders', environment: 'production', owner: 'team-orders' },
};

const component = (name: string, owner: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { owner },
  relations: [{ type: 'ownedBy', targetRef: owner }],
});

/**
 * A portal with a policy that an order violates; made anew for each test of the file.
 *
 * @returns what a test may look at, with ways to ask for waivers and to decide on them
 */
export function useWaivers(databases: TestDatabases) {
  const plugins: Plugin[] = [];
  const scene = {
    knex: undefined as unknown as Knex,
    folder: undefined as unknown as Awaited<ReturnType<typeof createFolder>>,
    plugin: undefined as unknown as Plugin,
  };
  let approvalsKnex: Knex;

  /** Another process of the same portal. */
  const replica = async () => {
    const started = await startPlugin({
      knex: scene.knex,
      approvalsKnex,
      folder: scene.folder.path,
      entities: [component('basket', PAYMENTS), component('orders', ORDERS)],
    });
    plugins.push(started);
    return started;
  };

  beforeEach(async () => {
    scene.folder = await createFolder({
      'a.yaml': policyText(),
      'b.yaml': ownerPolicy,
    });
    [scene.knex, approvalsKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    scene.plugin = await replica();
  });

  afterEach(async () => {
    await Promise.all(plugins.splice(0).map(each => each.stop()));
    await scene.folder.remove();
  });

  const get = async (id: string) =>
    (await scene.plugin.as('sam').get(`/waivers/${id}`)).body;
  const requested = async (extra: object = {}, key?: string) => {
    const { body, status } = await scene.plugin
      .as('sam')
      .post('/waivers', ask(extra), key);
    expect([status, body.error]).toEqual([201, undefined]);
    return body as { id: string; state: string; approvalId: string };
  };
  const decide = (name: string, approvalId: string, answer = 'approve') =>
    scene.plugin.as(name).put(`/api/approvals/approvals/${approvalId}/vote`, {
      answer,
      reason: 'Seen.',
    });
  const stateIs = (id: string, state: string) =>
    waitFor(async () => (await get(id)).state === state);
  return Object.assign(scene, {
    replica,
    get,
    requested,
    decide,
    stateIs,
    granted: async () => {
      const waiver = await requested();
      await decide('nora', waiver.approvalId);
      await stateIs(waiver.id, 'granted');
      return waiver;
    },
    evaluate: async (object: object = {}) =>
      (
        await scene.plugin.as('sam').post('/evaluate', {
          ...order,
          object: { ...order.object, ...object },
        })
      ).body,
  });
}
