import { TestDatabases } from '@backstage/backend-test-utils';
import { startPortal } from './__testUtils__/startPortal';

jest.setTimeout(180_000);

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

const entities = [
  group('team-orders'),
  group('team-storefront'),
  group('platform-team'),
  user('sam', 'team-orders'),
  user('tom', 'team-storefront'),
  user('nora', 'platform-team'),
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'orders' },
    spec: { type: 'service', lifecycle: 'production', owner: 'team-orders' },
  },
  {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'hello' },
    spec: {
      owner: 'platform-team',
      type: 'service',
      parameters: [],
      steps: [
        {
          id: 'log',
          name: 'Say hello',
          action: 'debug:log',
          input: { message: 'hello' },
        },
      ],
    },
  },
];

describe('the policy with the real plugins, whose rules decide in the end', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const ORDERS = '/api/catalog/entities/by-name/component/default/orders';
  const HELLO = '/api/catalog/entities/by-name/template/default/hello';
  let portal: Awaited<ReturnType<typeof startPortal>>;

  beforeAll(async () => {
    portal = await startPortal({ databases, entities });
    // The catalog has taken them in when an administrator sees them.
    const deadline = Date.now() + 100_000;
    const people = ['sam', 'tom', 'nora'].map(
      name => `/api/catalog/entities/by-name/user/default/${name}`,
    );
    for (const path of [ORDERS, HELLO, ...people]) {
      let response = await portal.as('nora').get(path);
      while (response.status !== 200) {
        if (Date.now() > deadline) {
          throw new Error(
            `${path}: ${response.status} ${JSON.stringify(response.body)}`,
          );
        }
        await new Promise(resolve => setTimeout(resolve, 200));
        response = await portal.as('nora').get(path);
      }
    }
  });

  afterAll(() => portal?.stop());

  it('lets everyone read', async () => {
    expect((await portal.as('tom').get(ORDERS)).status).toBe(200);
  });

  it.each([
    ['sam', 200],
    ['nora', 200],
    ['tom', 403],
  ])(
    'answers %s who refreshes what team-orders owns: %d',
    async (name, status) => {
      const response = await portal
        .as(name)
        .post('/api/catalog/refresh')
        .send({ entityRef: 'component:default/orders' });
      expect(response.status).toBe(status);
    },
  );

  it('keeps strangers from removing an entity, and lets its owners', async () => {
    const { uid } = (await portal.as('sam').get(ORDERS)).body.metadata;
    const path = `/api/catalog/entities/by-uid/${uid}`;
    expect((await portal.as('tom').delete(path)).status).toBe(403);
    expect((await portal.as('sam').get(ORDERS)).status).toBe(200);
    expect((await portal.as('sam').delete(path)).status).toBe(204);
  });

  it('lets only administrators remove a location', async () => {
    const path = '/api/catalog/locations/00000000-0000-0000-0000-000000000000';
    expect((await portal.as('sam').delete(path)).status).toBe(403);
    expect((await portal.as('nora').delete(path)).status).not.toBe(403);
  });

  it('shows a task to the one who started it and to administrators', async () => {
    const started = await portal
      .as('sam')
      .post('/api/scaffolder/v2/tasks')
      .send({ templateRef: 'template:default/hello', values: {} });
    expect(started.status).toBe(201);
    const path = `/api/scaffolder/v2/tasks/${started.body.id}`;

    expect((await portal.as('sam').get(path)).status).toBe(200);
    expect((await portal.as('nora').get(path)).status).toBe(200);
    expect((await portal.as('tom').get(path)).status).toBe(403);
    expect((await portal.as('tom').post(`${path}/cancel`)).status).toBe(403);

    const list = async (name: string) =>
      (await portal.as(name).get('/api/scaffolder/v2/tasks')).body.tasks;
    expect(await list('sam')).toHaveLength(1);
    expect(await list('tom')).toHaveLength(0);
  });

  it('lets who was taken out of the catalog, or of a team, change nothing 10 s later, whatever their token says', async () => {
    const refresh = async (name: string) => {
      const { status } = await portal
        .as(name)
        .post('/api/catalog/refresh')
        .send({ entityRef: 'template:default/hello' });
      return status;
    };
    const register = async (name: string) => {
      const { status } = await portal
        .as(name)
        .post('/api/catalog/locations?dryRun=true')
        .send({ type: 'url', target: 'https://git.example.com/new.yaml' });
      return status;
    };
    expect(await refresh('nora')).toBe(200);
    expect(await refresh('sam')).toBe(403);
    expect(await register('tom')).not.toBe(403);

    // Tom leaves, and Nora and Sam change places.
    await portal.provide([
      ...entities.filter(({ kind }) => kind !== 'User'),
      user('sam', 'platform-team'),
      user('nora', 'team-orders'),
    ]);
    const wanted = { nora: 403, sam: 200, tom: 403 };
    const deadline = Date.now() + 30_000;
    const seen = async () => ({
      nora: await refresh('nora'),
      sam: await refresh('sam'),
      tom: await register('tom'),
    });
    let is = await seen();
    while (
      JSON.stringify(is) !== JSON.stringify(wanted) &&
      Date.now() < deadline
    ) {
      await new Promise(resolve => setTimeout(resolve, 500));
      is = await seen();
    }
    expect(is).toEqual(wanted);
    // To look around is what a token still opens.
    expect((await portal.as('tom').get(HELLO)).status).toBe(200);
  });

  it('does not let a portal start with a role that cannot be read', async () => {
    await expect(
      startPortal({
        databases,
        entities: [],
        roles: [
          {
            name: 'operators',
            groups: ['sre'],
            permissions: ['databases.database.update'],
            enviroments: ['production'],
          },
        ],
      }),
    ).rejects.toThrow(
      'permission.slipway.roles[0] has no field enviroments. Its fields are name, title',
    );
  });
});
