import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  DATABASES_EVENTS_TOPIC,
  type Database,
} from '@slipway/plugin-databases-common';
import {
  POLICY_OBJECTS_EVENTS_TOPIC,
  policySubjects,
} from '@slipway/plugin-policies-common';
import {
  policyObjectsExtensionPoint,
  policyRequestsExtensionPoint,
  type PolicyObjectsSource,
  type PolicyRequestCompletion,
} from '@slipway/plugin-policies-node';
import express from 'express';
import policiesModuleDatabases from '.';

const database = (n: number, state = 'ready'): Database =>
  ({
    id: `id-${n}`,
    name: `orders-${n}`,
    environment: 'production',
    engine: 'postgres',
    version: '18',
    size: 'small',
    owner: 'group:default/team-orders',
    state,
    conditions: [],
    pricePerMonth: { amount: 9, currency: 'EUR' },
    protection: {
      encrypted: true,
      backup: { enabled: true, retentionDays: 30 },
    },
    entityRef: `resource:default/orders-${n}.production`,
    revision: 1,
    createdBy: 'user:default/sam',
    createdAt: '2026-11-29T00:00:00Z',
    updatedAt: '2026-11-29T00:00:00Z',
  }) as Database;

describe('the source of databases', () => {
  let databases: Database[] = [];
  let onPage = () => {};
  let source: PolicyObjectsSource;
  let completion: PolicyRequestCompletion;
  let options: object | undefined;
  let quota: object | undefined;
  const callers: unknown[] = [];
  const events = mockServices.events();
  let backend: Awaited<ReturnType<typeof startTestBackend>>;

  /** The databases plugin's door, as far as the source comes through it. */
  const databasesPlugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerInit({
        deps: {
          http: coreServices.httpRouter,
          httpAuth: coreServices.httpAuth,
        },
        async init({ http, httpAuth }) {
          const router = express.Router();
          router.use(async (req, _res, next) => {
            callers.push((await httpAuth.credentials(req)).principal);
            next();
          });
          router.get('/databases', (req, res) => {
            const offset = Number(req.query.offset);
            const items = databases.slice(
              offset,
              offset + Number(req.query.limit),
            );
            res.json({ items, totalItems: databases.length });
            onPage();
          });
          router.get('/options', (_req, res) => {
            res.status(options ? 200 : 503).json(options ?? { error: {} });
          });
          router.get('/quota', (_req, res) => {
            res.json({ quota });
          });
          router.get('/databases/by-name/:environment/:name', (req, res) => {
            const found = databases.find(
              ({ name, environment }) =>
                name === req.params.name &&
                environment === req.params.environment,
            );
            res.status(found ? 200 : 404).json(found ?? { error: {} });
          });
          router.get('/databases/:id', (req, res) => {
            const found = databases.find(({ id }) => id === req.params.id);
            res.status(found ? 200 : 404).json(found ?? { error: {} });
          });
          http.use(router);
        },
      });
    },
  });
  const policiesPlugin = createBackendPlugin({
    pluginId: 'policies',
    register(env) {
      env.registerExtensionPoint(policyObjectsExtensionPoint, {
        addSource(added) {
          source = added;
        },
      });
      env.registerExtensionPoint(policyRequestsExtensionPoint, {
        addCompletion(added) {
          completion = added;
        },
        addForesight() {},
      });
      env.registerInit({ deps: {}, async init() {} });
    },
  });

  beforeAll(async () => {
    backend = await startTestBackend({
      features: [
        databasesPlugin,
        policiesPlugin,
        policiesModuleDatabases,
        createServiceFactory({
          service: eventsServiceRef,
          deps: {},
          factory: () => events,
        }),
      ],
    });
  });
  afterAll(() => backend.stop());
  beforeEach(() => {
    onPage = () => {};
  });

  const list = async () =>
    (await source.list({ kinds: [], signal: new AbortController().signal }))
      .items;

  it('lists all that there are, as what policies know', async () => {
    databases = Array.from({ length: 250 }, (_, n) => database(n));
    databases.push(database(250, 'deleted'), database(251, 'requested'));
    const items = await list();
    expect(items).toHaveLength(250);
    expect(items[0]).toEqual({
      id: 'id-0',
      request: {
        kind: 'DatabaseRequest',
        entityRef: 'resource:default/orders-0.production',
        object: {
          name: 'orders-0',
          environment: 'production',
          engine: 'postgres',
          version: '18',
          size: 'small',
          owner: 'group:default/team-orders',
          pricePerMonth: { amount: 9, currency: 'EUR' },
          encrypted: true,
          backup: { enabled: true, retentionDays: 30 },
        },
      },
      link: '/databases/production/orders-0',
    });
    const { shape } = policySubjects.DatabaseRequest;
    expect(shape).toMatchObject({
      fields: expect.objectContaining(
        Object.fromEntries(
          Object.keys(items[0].request.object).map(key => [
            key,
            expect.anything(),
          ]),
        ),
      ),
    });
    expect(callers[0]).toMatchObject({ subject: 'plugin:policies' });
  });

  it('reads the list anew when it moves meanwhile, and hides nothing', async () => {
    databases = Array.from({ length: 150 }, (_, n) => database(n));
    onPage = () => {
      databases.shift();
      onPage = () => {};
    };
    expect((await list()).map(({ id }) => id)).toEqual(
      databases.map(({ id }) => id),
    );
    onPage = () => void databases.shift();
    await expect(list()).rejects.toThrow(/changes too quickly/);
  });

  it('finds one, and says what is gone', async () => {
    databases = [database(1)];
    expect((await source.get('id-1'))?.id).toBe('id-1');
    expect(await source.get('id-2')).toBeUndefined();
  });

  it('passes hints on', async () => {
    const hints: unknown[] = [];
    await events.subscribe({
      id: 'test',
      topics: [POLICY_OBJECTS_EVENTS_TOPIC],
      onEvent: async ({ eventPayload }) => void hints.push(eventPayload),
    });
    await events.publish({
      topic: DATABASES_EVENTS_TOPIC,
      eventPayload: { databaseId: 'id-1' },
    });
    await events.publish({ topic: DATABASES_EVENTS_TOPIC, eventPayload: 7 });
    expect(hints).toEqual([{ source: 'databases', id: 'id-1' }]);
  });

  it('fills an order in with what is found out, whatever it says of that', async () => {
    const asked = {
      kind: 'DatabaseRequest',
      operation: 'create' as const,
      object: {
        name: 'orders',
        environment: 'production',
        engine: 'postgres',
        size: 'small',
        owner: 'team-orders',
        description: '',
        highAvailability: true,
      },
    };
    // Nobody knows: nothing is said instead.
    await expect(completion.complete(asked)).rejects.toThrow(/503/);

    const offer = {
      engine: 'postgres',
      environment: 'production',
      sizes: [{ name: 'small', pricePerMonth: { amount: 9, currency: 'EUR' } }],
    };
    const provider = (id: string, versions: string[]) => ({
      id,
      title: id,
      engine: 'postgres',
      versions,
      environments: ['production'],
      notes: [],
    });
    options = {
      environments: [],
      sizes: [],
      providers: [provider('old', ['18', '17']), provider('new', ['19'])],
      offers: [
        {
          ...offer,
          providerId: 'old',
          takesOrders: true,
          protection: {
            encrypted: false,
            backup: { enabled: true, retentionDays: 7 },
          },
        },
        {
          ...offer,
          providerId: 'new',
          takesOrders: false,
          protection: { encrypted: true },
        },
      ],
      personalLogins: { defaultHours: 8, maxHours: 24 },
    };
    const known = {
      name: 'orders',
      environment: 'production',
      engine: 'postgres',
      size: 'small',
      owner: 'group:default/team-orders',
      pricePerMonth: { amount: 9, currency: 'EUR' },
    };
    expect(await completion.complete(asked)).toEqual({
      kind: 'DatabaseRequest',
      operation: 'create',
      entityRef: 'resource:default/orders.production',
      object: {
        ...known,
        version: '18',
        encrypted: false,
        backup: { enabled: true, retentionDays: 7 },
      },
    });
    // The version decides where it goes.
    const { object } = await completion.complete({
      ...asked,
      object: { ...asked.object, version: '19' },
    });
    expect(object).toEqual({ ...known, version: '19', encrypted: true });
  });

  it('says who has to approve an order, and that one is beyond a quota', async () => {
    options = {
      environments: [],
      sizes: [],
      providers: [],
      approvals: [
        {
          environment: 'production',
          sizes: ['large'],
          groups: ['group:default/platform-team'],
          required: 1,
        },
      ],
      personalLogins: { defaultHours: 8, maxHours: 24 },
    };
    // What was read before is forgotten.
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    const notesOn = (size: string) =>
      completion.notes!({
        kind: 'DatabaseRequest',
        operation: 'create',
        object: {
          name: 'orders',
          environment: 'production',
          engine: 'postgres',
          owner: 'group:default/team-orders',
          size,
        },
      });
    expect(await notesOn('small')).toEqual([]);
    expect(await notesOn('large')).toEqual([
      { message: 'It waits for approval by 1 of group:default/platform-team.' },
    ]);
    quota = { databases: { used: 3, limit: 3 } };
    expect(await notesOn('small')).toEqual([
      {
        message: expect.stringMatching(/beyond the quota.*will be refused/),
        refuses: true,
      },
    ]);
    quota = {
      databases: { used: 3, limit: 3 },
      approval: { groups: ['group:default/platform-team'], required: 1 },
    };
    expect(await notesOn('small')).toEqual([
      {
        message: expect.stringMatching(/beyond the quota.*waits for approval/),
      },
    ]);
    expect(await notesOn('')).toEqual([]);
    // It is ordered already, and the task is tried again.
    databases = [{ ...database(1), name: 'orders' }];
    expect(await notesOn('small')).toEqual([]);
    expect(await notesOn('large')).toEqual([]);
    clock.mockRestore();
  });
});
