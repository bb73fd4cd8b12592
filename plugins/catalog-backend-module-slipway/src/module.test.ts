import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  createDatabasesPlugin,
  databaseEntity,
} from './__testUtils__/databasesPlugin';
import { startCatalog, waitFor } from './__testUtils__/startCatalog';

jest.setTimeout(180_000);

describe('catalogModuleSlipway', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'));
  const environment = join(folder, 'environment.yaml');
  const write = (type: string) =>
    writeFileSync(
      environment,
      JSON.stringify({
        apiVersion: 'slipway.dev/v1alpha1',
        kind: 'Environment',
        metadata: { name: 'orders-staging', title: 'Orders staging' },
        spec: {
          type: 'environment',
          owner: 'team-orders',
          databases: [{ name: 'orders', type }],
        },
      }),
    );

  const { plugin, state } = createDatabasesPlugin();
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const resources = async () =>
    (await catalog.entities())
      .filter(({ kind }) => kind === 'Resource')
      .map(entity => stringifyEntityRef(entity))
      .sort();
  const refs = (...names: string[]) =>
    names.map(name => `resource:default/${name}.development`);

  beforeAll(async () => {
    write('postgres');
    state.names = ['orders', 'basket', null, 'stock'];
    catalog = await startCatalog({
      databases,
      features: [plugin],
      config: {
        catalog: {
          locations: [
            {
              type: 'file',
              target: environment,
              rules: [{ allow: ['Environment'] }],
            },
          ],
        },
      },
    });
  });

  afterAll(async () => {
    await catalog.stop();
    rmSync(folder, { recursive: true });
  });

  it('mirrors databases, page by page, asking as the catalog', async () => {
    await waitFor(async () =>
      expect(await resources()).toEqual(refs('basket', 'orders', 'stock')),
    );
    expect(state.requests[0]).toEqual({
      limit: '200',
      principal: 'plugin:catalog',
    });
    expect(await catalog.entities()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          metadata: expect.objectContaining({
            name: 'orders.development',
            annotations: expect.objectContaining({
              'slipway.dev/database-id': 'id-of-orders',
            }),
          }),
          relations: [
            { type: 'ownedBy', targetRef: 'group:default/team-orders' },
          ],
        }),
      ]),
    );
  });

  it('follows a hint: a new database appears, one that is gone disappears', async () => {
    state.names = ['orders', 'basket', 'ledger'];
    await state.hint();
    await waitFor(async () =>
      expect(await resources()).toEqual(refs('basket', 'ledger', 'orders')),
    );
  });

  it.each([
    ['is down', () => 'down'],
    ['answers nonsense', () => ({ items: 'none' })],
    [
      'gives an entity that is not of a database',
      () => ({
        items: [
          {
            entityRef: 'user:default/mallory',
            entity: { ...databaseEntity('x'), kind: 'User' },
          },
        ],
        nextCursor: null,
      }),
    ],
    [
      'fails on the second page',
      () =>
        state.requests.length % 2 === 1
          ? { items: [], nextCursor: 'more' }
          : 'down',
    ],
  ])('keeps what it knows while the plugin %s', async (_, answer) => {
    state.requests.length = 0;
    state.answer = answer;
    await state.hint();
    expect(state.requests.length).toBeGreaterThan(0);
    // A deletion would be seen after the next reading that works.
    state.names = [...state.names, `after-${state.names.length}`];
    state.answer = () => undefined;
    const before = await resources();
    await state.hint();
    await waitFor(async () =>
      expect(await resources()).toEqual(
        [...before, ...refs(state.names.at(-1)!)].sort(),
      ),
    );
    expect(before).toEqual(expect.arrayContaining(refs('basket', 'orders')));
  });

  it('tells the owner of a document that it cannot take in any more', async () => {
    const entityRef = 'environment:default/orders-staging';
    await waitFor(async () =>
      expect(
        (await catalog.entities()).map(each => stringifyEntityRef(each)),
      ).toContain(entityRef),
    );
    write('oracle');
    await catalog.call('nora', 'POST', '/refresh', { entityRef });
    await waitFor(async () =>
      expect(catalog.notices[0]).toEqual({
        recipients: {
          type: 'entity',
          entityRef: ['group:default/team-orders'],
        },
        payload: {
          title: 'The catalog cannot take in a document any more',
          description: `They stay as they were: ${entityRef} (InputError). What is wrong is on their pages.`,
          link: '/catalog/default/environment/orders-staging',
          severity: 'low',
          topic: 'catalog-errors',
          scope: expect.stringMatching(/^catalog-errors:[0-9a-f]{64}$/),
        },
      }),
    );
  });
});
