import {
  createMockDirectory,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import {
  ConflictError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { ScmIntegrations } from '@backstage/integration';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { createTestTask } from '../__testUtils__/createTestTask';
import { createTestThings } from '../__testUtils__/createTestThings';
import { createRegisterAction } from './register';

jest.setTimeout(60_000);

const target = 'https://git.example.com/lighthouse/orders/catalog-info.yaml';
const component: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders', namespace: 'default' },
};
const location = {
  id: 'location-1',
  type: 'url',
  target,
  entityRef: 'location:default/generated-1',
};

/** As the catalog's client throws it. */
function answer(
  status: number,
  error: Error,
  headers: Record<string, string> = {},
): ResponseError {
  return Object.assign(new Error(`Request failed with ${status}`), {
    name: 'ResponseError',
    statusCode: status,
    cause: error,
    response: new Response(null, { headers }),
  }) as unknown as ResponseError;
}

describe('slipway:catalog:register', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const workspace = createMockDirectory();
  let known: Awaited<ReturnType<typeof createTestThings>>;

  beforeAll(async () => {
    known = await createTestThings(databases);
  });
  beforeEach(() => known.client('slipway_things').delete());

  /**
   * @param register - what becomes of the answer, once the location is there
   * @param tryOut - what becomes of a dry run
   */
  function setup(
    register: () => void,
    tryOut: () => void = () => {},
    patienceMs?: number,
  ) {
    let registered = false;
    const catalog = catalogServiceMock.mock({
      getLocationByRef: async () => (registered ? location : undefined),
      getEntitiesByRefs: async () => ({ items: [undefined] }),
      getEntityByRef: async () => component,
      addLocation: async ({ dryRun }) => {
        if (!dryRun) {
          registered = true;
          register();
        } else {
          tryOut();
        }
        return { location, entities: [component], exists: false };
      },
    });
    const catalogWithToken = jest.fn(() => catalog);
    const action = createRegisterAction({
      auth: mockServices.auth(),
      catalog,
      catalogWithToken,
      integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
      things: known.things,
      patienceMs,
    });
    const task = createTestTask({
      taskId: 'task-1',
      workspacePath: workspace.path,
    });
    return {
      run: (token?: string) =>
        task.run(action, { catalogInfoUrl: target, token }),
      made: () => known.store.list('task-1'),
      log: task.log,
      catalog,
      catalogWithToken,
    };
  }

  it('knows what it registered', async () => {
    const { run, made } = setup(() => {});
    expect(await run()).toEqual({
      entityRef: 'component:default/orders',
      catalogInfoUrl: target,
    });
    expect(await made()).toMatchObject([
      { state: 'made', details: { locationId: 'location-1' } },
    ]);
  });

  it('lets the host be asked with the person’s own token', async () => {
    const { run, catalogWithToken } = setup(() => {});
    await run('ninas-token');
    expect(catalogWithToken).toHaveBeenCalledWith('ninas-token');
  });

  it('has the catalog look again at what is registered already', async () => {
    const { run, catalog } = setup(() => {});
    await run();
    expect(catalog.refreshEntity).not.toHaveBeenCalled();
    await run();
    expect(catalog.refreshEntity).toHaveBeenCalledWith(location.entityRef, {
      credentials: expect.objectContaining({
        principal: { type: 'service', subject: 'plugin:test' },
      }),
    });
  });

  it('knows it also when the answer was lost', async () => {
    const { run, made } = setup(() => {
      throw new TypeError('fetch failed');
    });
    await run();
    expect(await made()).toMatchObject([
      { state: 'made', details: { locationId: 'location-1' } },
    ]);
  });

  it('does not take for its own what somebody else registered meanwhile', async () => {
    const { run, made } = setup(() => {
      throw answer(409, new ConflictError('Location exists already'));
    });
    await run();
    expect(await made()).toEqual([]);
  });

  it('waits as long as it is asked to, and goes on', async () => {
    const answers = [
      answer(
        503,
        new ServiceUnavailableError(
          'The git host is not ready. Try again when it is.',
        ),
      ),
      answer(429, new Error('Too many.'), { 'retry-after': '2' }),
      new TypeError('fetch failed'),
    ];
    const begin = Date.now();
    const { run, made, log } = setup(
      () => {},
      () => {
        const next = answers.shift();
        if (next) throw next;
      },
    );
    await run();
    expect(await made()).toMatchObject([{ state: 'made' }]);
    expect(Date.now() - begin).toBeGreaterThan(4_000);
    expect(log).toEqual([
      'Not yet: The git host is not ready. This is tried again in 1 s.',
      'Not yet: Too many. This is tried again in 2 s.',
      'Not yet: fetch failed. This is tried again in 2 s.',
      'component:default/orders is in the catalog.',
    ]);
  });

  it.each([
    [400, 'InputError', 'It is no YAML.'],
    [403, 'NotAllowedError', 'Policies refuse it.'],
    [409, 'ConflictError', 'It is there.'],
  ])('ends at a %d with its reason', async (status, name, reason) => {
    const { run, made } = setup(
      () => {},
      () => {
        throw answer(status, new Error(reason));
      },
    );
    await expect(run()).rejects.toMatchObject({ name, message: reason });
    expect(await made()).toEqual([]);
  });

  it('says who answered when what answers gives no reason', async () => {
    const { run, log } = setup(
      () => {},
      () => {
        throw answer(
          500,
          new Error('Request failed with status 500 , <html>oh</html>'),
        );
      },
      1_000,
    );
    await expect(run()).rejects.toThrow(
      'The catalog answered 500 without a reason. Try again in a minute, or ask the platform team.',
    );
    // It might have passed.
    expect(log).toHaveLength(1);
  });
});
