import { createTask } from './__testUtils__/createTask';
import { loadNeeds } from './loadNeeds';

const owners = ['group:default/team-orders'];
const noEntities = async () => ({ items: [], pageInfo: {}, totalItems: 0 });
const noTasks = async () => ({ tasks: [] });
const noDatabases = async () => ({ items: [], totalItems: 0 });
const taskThingsApi = { list: async () => [] };
const recently = new Date(Date.now() - 3_600_000).toISOString();

describe('loadNeeds', () => {
  it('lists databases whose last change failed, and says anew when that happens again', async () => {
    const database = (name: string, more: object) => ({
      id: name,
      name,
      environment: 'development',
      state: 'ready',
      conditions: [],
      updatedAt: recently,
      ...more,
    });
    const needsOf = async (items: { state: string }[]) => {
      const { needs } = await loadNeeds({
        owners,
        catalogApi: { queryEntities: noEntities },
        databasesApi: {
          list: (async (query: {
            limit: number;
            sort: string;
            order: string;
          }) => {
            const { limit, sort, order } = query;
            expect([sort, order]).toEqual(['state', 'desc']);
            const sorted = [...items].sort((a, b) =>
              b.state.localeCompare(a.state),
            );
            return { items: sorted.slice(0, limit), totalItems: items.length };
          }) as never,
        },
        taskThingsApi,
        scaffolderApi: { listTasks: noTasks },
      });
      return needs;
    };
    const degraded = {
      type: 'degraded',
      message: 'The server does not answer.',
      since: recently,
    };
    const needs = await needsOf([
      database('a', { operationId: 'op-1' }),
      database('b', { state: 'failed', stateReason: 'No room is left.' }),
      database('c', { conditions: [degraded] }),
      // Others decide on them: whoever ordered them can only wait.
      ...Array.from({ length: 20 }, (_, n) =>
        database(`a${n}`, { state: 'awaiting-approval' }),
      ),
    ]);
    expect(needs).toMatchObject([
      {
        title: 'Database: a',
        status: 'needs-attention',
        detail:
          'The last change to it failed; it works as before, in development.',
      },
      { status: 'degraded', detail: 'The server does not answer.' },
      { status: 'failed', detail: 'No room is left.' },
    ]);
    expect(needs).toHaveLength(3);
    const [again] = await needsOf([database('a', { operationId: 'op-2' })]);
    expect(again.key).not.toBe(needs[0].key);
  });

  it('lists what the catalog cannot read, and asks only for what my groups own', async () => {
    const queryEntities = jest.fn(async () => ({
      totalItems: 2,
      pageInfo: {},
      items: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: {
            name: 'orders',
            annotations: {
              'backstage.io/managed-by-location':
                'url:https://git/acme/orders/catalog-info.yaml',
            },
          },
          status: {
            items: [
              {
                type: 'backstage.io/catalog-processing',
                level: 'error',
                message:
                  'InputError: Processor SchemaProcessor threw an error while validating the entity component:default/orders; caused by InputError: spec.owner is missing',
              },
            ],
          },
        },
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'basket' },
        },
      ],
    }));
    const { needs } = await loadNeeds({
      owners,
      catalogApi: { queryEntities },
      databasesApi: { list: noDatabases },
      taskThingsApi,
      scaffolderApi: { listTasks: noTasks },
    });
    expect(queryEntities).toHaveBeenCalledWith(
      expect.objectContaining({ filter: { 'relations.ownedBy': owners } }),
    );
    expect(needs).toEqual([
      expect.objectContaining({
        href: '/catalog/default/component/orders',
        detail:
          'The catalog cannot take it in: spec.owner is missing. The file: https://git/acme/orders/catalog-info.yaml',
      }),
    ]);
  });

  it('says which source did not answer, and keeps what the others said', async () => {
    const { needs, errors } = await loadNeeds({
      owners,
      catalogApi: { queryEntities: noEntities },
      databasesApi: {
        list: async () => {
          throw new Error('databases are down');
        },
      },
      taskThingsApi,
      scaffolderApi: {
        listTasks: async () => ({ tasks: [createTask({ id: '1' })] }),
      },
    });
    expect(needs).toHaveLength(1);
    expect(errors.map(error => error.message)).toEqual(['databases are down']);
  });
});
