import { ANNOTATION_ORIGIN_LOCATION } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { startCatalog, waitFor } from '../__testUtils__/startCatalog';
import { startFileServer } from '../__testUtils__/startFileServer';
import { OwnerErrorNotifier } from './OwnerErrorNotifier';

jest.setTimeout(180_000);

const EVIL = 'Your account will be closed, see https://evil.example';

const component = (name: string, owner: string, type = 'service') =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, title: EVIL },
    spec: { type, lifecycle: 'experimental', owner, [EVIL]: 1 },
  });
const broken = (name: string, owner: string) => component(name, owner, '');
const numbers = Array.from({ length: 200 }, (_, i) => i);

describe('OwnerErrorNotifier', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let server: Awaited<ReturnType<typeof startFileServer>>;
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const write = (documents: string[]) =>
    server.files.set('all.yaml', documents.join('\n---\n'));
  const names = async () =>
    (await catalog.entities()).map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    server = await startFileServer();
    write([
      ...numbers.slice(0, 15).map(i => component(`mine-${i}`, 'team-orders')),
      component('last', 'team-orders'),
    ]);
    catalog = await startCatalog({
      databases,
      features: [urlReaderServiceFactory],
      config: {
        backend: { reading: { allow: [{ host: server.host }] } },
        catalog: {
          locations: [{ type: 'url', target: server.address('all.yaml') }],
        },
      },
    });
  });
  afterAll(async () => {
    await catalog?.stop();
    await server?.stop();
  });

  it('tells owners of what they have once, and nobody of what others push in their name', async () => {
    await waitFor(async () =>
      expect(
        (await names()).filter(name => /^mine|last/.test(name)),
      ).toHaveLength(16),
    );
    write([
      ...numbers.map(i =>
        broken(`flood-${i}`, i % 2 ? 'platform-team' : 'team-payments'),
      ),
      // Once in the catalog, the owner is who owned it then.
      ...numbers.slice(0, 15).map(i => broken(`mine-${i}`, 'team-payments')),
      component('last', 'team-orders'),
      component('newest', 'team-orders'),
    ]);
    const location = (await catalog.entities()).find(
      ({ kind }) => kind === 'Location',
    )!;
    await catalog.call('nora', 'POST', '/refresh', {
      entityRef: `location:default/${location.metadata.name}`,
    });
    await waitFor(async () => {
      expect(await names()).toContain('newest');
      expect(catalog.notices).not.toEqual([]);
      const told = catalog.notices.at(-1)?.payload.title;
      expect(told).toMatch(
        /^The catalog cannot take in (\d+ documents|a document) any more$/,
      );
    });
    // Longer than errors are gathered.
    await new Promise(resolve => setTimeout(resolve, 8_000));
    expect(catalog.notices.map(({ recipients }) => recipients)).toEqual(
      catalog.notices.map(() => ({
        type: 'entity',
        entityRef: ['group:default/team-orders'],
      })),
    );
    expect(
      new Set(catalog.notices.map(({ payload }) => payload.scope)).size,
    ).toBe(1);
    expect(catalog.notices.length).toBeLessThan(5);
    expect(catalog.notices[0].payload.description).toMatch(
      /component:default\/mine-\d+ \(\w+\)/,
    );
    expect(catalog.notices[0].payload.severity).toBe('low');
    expect(JSON.stringify(catalog.notices)).not.toMatch(/evil|flood|"high"/);
  });

  it('tells of other repositories however much is wrong in one, and names nothing in a title', async () => {
    const at = (repository: string, file: string) =>
      `url:https://git.example.com/acme/${repository}/src/branch/main/${file}.yaml`;
    const entity = (name: string, location: string) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name,
        annotations: { [ANNOTATION_ORIGIN_LOCATION]: location },
      },
      spec: { owner: 'team-orders' },
    });
    const entities = [
      ...numbers
        .slice(0, 12)
        .map(i =>
          entity(
            `see-evil.example-${i}`,
            at(i % 2 ? 'noisy' : 'Noisy', `${i}`),
          ),
        ),
      entity('orders', at('orders', 'catalog-info')),
    ];
    const sent = new Array<NotificationSendOptions['payload']>();
    const notifier = OwnerErrorNotifier.create({
      auth: mockServices.auth(),
      catalog: catalogServiceMock({ entities }),
      config: new ConfigReader({
        integrations: { gitea: [{ host: 'git.example.com' }] },
      }),
      logger: mockServices.logger.mock(),
      notifications: {
        send: async ({ payload }) => {
          sent.push(payload);
        },
      },
      // All errors come within one turn.
      gatherMs: 100,
    });
    for (const unprocessedEntity of entities) {
      await notifier.onProcessingError({
        unprocessedEntity,
        errors: [new Error('it is broken')],
      });
    }
    await waitFor(async () => expect(sent).toHaveLength(5));
    expect(sent.map(({ title }) => title)).toEqual([
      ...Array(3).fill('The catalog cannot take in a document any more'),
      'The catalog cannot take in documents of more places',
      'The catalog cannot take in a document any more',
    ]);
    expect(sent[4].description).toContain('component:default/orders (Error)');
    expect(sent[3].link).toBe(
      '/catalog?filters[kind]=all&filters[owners]=group%3Adefault%2Fteam-orders',
    );
  });
});
