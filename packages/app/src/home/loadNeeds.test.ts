import { loadNeeds } from './loadNeeds';

const owners = ['group:default/team-orders'];
const noEntities = async () => ({ items: [], pageInfo: {}, totalItems: 0 });
const noTasks = async () => ({ tasks: [] });
const noDatabases = async () => ({ items: [], totalItems: 0 });
const recently = new Date(Date.now() - 3_600_000).toISOString();

const task = (
  id: string,
  status: 'failed' | 'completed',
  createdAt: string,
) => ({
  id,
  status,
  createdAt,
  spec: {
    apiVersion: 'scaffolder.backstage.io/v1beta3' as const,
    parameters: { name: 'returns' },
    steps: [],
    output: {},
    templateInfo: {
      entityRef: 'template:default/typescript-service',
      entity: {
        metadata: { name: 'typescript-service', title: 'TypeScript service' },
      },
    },
  },
});

describe('loadNeeds', () => {
  it('lists tasks of mine that failed lately', async () => {
    const { needs } = await loadNeeds({
      owners,
      catalogApi: { queryEntities: noEntities },
      databasesApi: { list: noDatabases },
      scaffolderApi: {
        listTasks: async () => ({
          tasks: [
            task('1', 'failed', recently),
            task('2', 'completed', recently),
            task('3', 'failed', '2020-01-01T00:00:00Z'),
          ],
        }),
      },
    });
    expect(needs).toEqual([
      expect.objectContaining({
        title: 'TypeScript service',
        href: '/create/tasks/1',
        status: 'failed',
        detail: expect.stringContaining('returns'),
      }),
    ]);
  });

  it('lists what the catalog cannot read, and asks only for what my groups own', async () => {
    const queryEntities = jest.fn(async () => ({
      totalItems: 2,
      pageInfo: {},
      items: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'orders' },
          status: {
            items: [
              {
                type: 'backstage.io/catalog-processing',
                level: 'error',
                message: 'spec.owner is missing',
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
      scaffolderApi: { listTasks: noTasks },
    });
    expect(queryEntities).toHaveBeenCalledWith(
      expect.objectContaining({ filter: { 'relations.ownedBy': owners } }),
    );
    expect(needs).toEqual([
      expect.objectContaining({
        href: '/catalog/default/component/orders',
        detail: 'The catalog cannot read it: spec.owner is missing',
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
      scaffolderApi: {
        listTasks: async () => ({ tasks: [task('1', 'failed', recently)] }),
      },
    });
    expect(needs).toHaveLength(1);
    expect(errors.map(error => error.message)).toEqual(['databases are down']);
  });
});
