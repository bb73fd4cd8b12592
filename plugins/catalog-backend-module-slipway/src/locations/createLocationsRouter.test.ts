import { randomUUID } from 'node:crypto';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import {
  mockCredentials,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  peopleFile,
  permissionConfig,
  permissionFeatures,
} from '../__testUtils__/permissionFeatures';
import { startCatalog, waitFor } from '../__testUtils__/startCatalog';
import { startFileServer } from '../__testUtils__/startFileServer';

jest.setTimeout(180_000);

const component = (name: string, owner: string) =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: { type: 'service', lifecycle: 'production', owner },
  });

const targets = (name: string, ...list: string[]) =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Location',
    metadata: { name },
    spec: { targets: list },
  });

describe('locations of owners, in the real catalog with the real policy', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const audit: object[] = [];
  let server: Awaited<ReturnType<typeof startFileServer>>;
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const knows = (name: string) =>
    waitFor(async () => {
      const path = `/entities/by-name/user/default/${name}`;
      expect((await catalog.call('nora', 'GET', path)).status).toBe(200);
    });

  beforeAll(async () => {
    server = await startFileServer();
    server.files.set('static.yaml', component('static', 'team-orders'));
    server.files.set('people.yaml', peopleFile);
    catalog = await startCatalog({
      databases,
      features: [
        ...permissionFeatures,
        urlReaderServiceFactory,
        mockServices.auditor.mock({
          createEvent: async ({ eventId, meta }) => ({
            success: async end => void audit.push({ eventId, meta, ...end }),
            fail: async ({ error }) =>
              void audit.push({ eventId, meta, error: error.message }),
          }),
        }).factory,
      ],
      config: {
        permission: permissionConfig,
        backend: { reading: { allow: [{ host: server.host }] } },
        catalog: {
          locations: [
            { type: 'url', target: server.address('static.yaml') },
            {
              type: 'url',
              target: server.address('people.yaml'),
              rules: [{ allow: ['User'] }],
            },
          ],
        },
      },
    });
    for (const name of ['sam', 'ines', 'nora']) {
      await knows(name);
    }
  });
  afterAll(async () => {
    await catalog?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    audit.length = 0;
  });

  const page = (name: string) =>
    catalog.call('sam', 'GET', `/entities/by-name/component/default/${name}`);
  const shows = (name: string, status: number) =>
    waitFor(async () => expect((await page(name)).status).toBe(status));

  /** Registers a file and waits for components in it. */
  async function register(file: string, ...components: string[]) {
    const { status, body } = await catalog.call('sam', 'POST', '/locations', {
      type: 'url',
      target: server.address(file),
    });
    expect(status).toBe(201);
    for (const name of components) {
      await shows(name, 200);
    }
    return `/locations/${body.location.id}`;
  }

  it('lets owners unregister what is all theirs, and nobody else', async () => {
    server.files.set('root.yaml', targets('root', './own.yaml'));
    server.files.set('own.yaml', component('own', 'team-orders'));
    const location = await register('root.yaml', 'own');

    const stranger = await catalog.call('ines', 'DELETE', location);
    expect(stranger.status).toBe(403);
    expect(stranger.body.error.message).toBe(
      'component:default/own came from the same location and belongs to group:default/team-orders. Only who owns everything in a location can change or unregister it: ask them, or the platform team.',
    );
    expect((await catalog.call('ines', 'GET', location)).status).toBe(200);
    expect(audit).toContainEqual({
      eventId: 'location-unregister',
      meta: { id: location.split('/')[2] },
      error: stranger.body.error.message,
    });

    const owner = await catalog.call('sam', 'DELETE', location);
    expect(owner).toMatchObject({ status: 204 });
    expect(audit).toContainEqual({
      eventId: 'location-unregister',
      meta: { location: `url:${server.address('root.yaml')}` },
    });
    await shows('own', 404);

    const again = await catalog.call('sam', 'DELETE', location);
    expect(again.status).toBe(404);
    expect(again.body.error.message).toMatch(/unregistered already/);
  });

  it('lets no agent and no action take anything out of the catalog', async () => {
    server.files.set('agent.yaml', component('agent', 'team-orders'));
    const location = await register('agent.yaml', 'agent');
    const { uid } = (await page('agent')).body.metadata;
    // Of whom everything is, and of who may remove everything.
    for (const name of ['sam', 'nora']) {
      const invoked = await catalog.call(
        name,
        'POST',
        '/.backstage/actions/v1/actions/catalog:unregister-entity/invoke',
        { type: { locationUrl: server.address('agent.yaml') } },
      );
      expect(invoked.status).toBe(403);
      const acting = (subject: string) => ({
        authorization: `Bearer ${mockCredentials.user.token(
          `user:default/${name}`,
          { actor: { subject } },
        )}`,
      });
      for (const subject of [
        'external:oauth-client',
        'plugin:mcp-actions',
        // So come the steps of a template, whoever has started it.
        'plugin:scaffolder',
      ]) {
        for (const [method, path] of [
          ['DELETE', location],
          ['DELETE', `/entities/by-uid/${uid}`],
          ['DELETE', `/entities/unprocessed/delete/${uid}`],
          ['PUT', location],
        ]) {
          const { status, body } = await catalog.call(
            name,
            method,
            path,
            method === 'PUT'
              ? { type: 'url', target: server.address('root.yaml') }
              : undefined,
            acting(subject),
          );
          expect([method, path, status]).toEqual([method, path, 403]);
          expect(body.error.message).toMatch(/^Only people unregister, move/);
        }
      }
    }
    expect((await page('agent')).status).toBe(200);
  });

  it('records who deletes an entity as one that was never taken in', async () => {
    server.files.set('recorded.yaml', component('recorded', 'team-orders'));
    await register('recorded.yaml', 'recorded');
    const { uid } = (await page('recorded')).body.metadata;
    const path = `/entities/unprocessed/delete/${uid}`;
    const meta = { uid, entityRef: 'component:default/recorded' };
    const eventId = 'entity-unprocessed-delete';

    expect((await catalog.call('ines', 'DELETE', path)).status).toBe(403);
    await waitFor(async () =>
      expect(audit).toContainEqual({
        eventId,
        meta,
        error: 'Refused with 403',
      }),
    );
    expect((await catalog.call('nora', 'DELETE', path)).status).toBe(204);
    await waitFor(async () => expect(audit).toContainEqual({ eventId, meta }));
    await shows('recorded', 404);
  });

  it('leaves to administrators what several teams share', async () => {
    server.files.set('shared.yaml', targets('shared', './a.yaml', './b.yaml'));
    server.files.set('a.yaml', component('shared-a', 'team-orders'));
    server.files.set('b.yaml', component('shared-b', 'team-payments'));
    const location = await register('shared.yaml', 'shared-a', 'shared-b');

    for (const [name, other] of [
      [
        'sam',
        'default/shared-b came from the same location and belongs to group:default/team-payments',
      ],
      [
        'ines',
        'default/shared-a came from the same location and belongs to group:default/team-orders',
      ],
    ]) {
      const refused = await catalog.call(name, 'DELETE', location);
      expect(refused.status).toBe(403);
      expect(refused.body.error.message).toContain(other);
    }
    expect((await catalog.call('nora', 'DELETE', location)).status).toBe(204);
    await shows('shared-a', 404);
    await shows('shared-b', 404);
  });

  it('refuses while nothing tells whose a location is', async () => {
    const location = await register('no-such-file.yaml');
    const refused = await catalog.call('sam', 'DELETE', location);
    expect(refused.status).toBe(403);
    expect(refused.body.error.message).toMatch(
      /^The catalog holds nothing that came from url:.*no-such-file\.yaml/,
    );
    expect((await catalog.call('nora', 'DELETE', location)).status).toBe(204);
  });

  it('says that a location stands in the configuration', async () => {
    const location = await register('static.yaml', 'static');
    const refused = await catalog.call('sam', 'DELETE', location);
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toMatch(
      /static\.yaml stands in the portal's configuration/,
    );
    expect((await catalog.call('sam', 'GET', location)).status).toBe(200);
  });

  it('lets only owners move a location to another address', async () => {
    server.files.set('before.yaml', component('before', 'team-orders'));
    server.files.set('after.yaml', component('after', 'team-orders'));
    const location = await register('before.yaml', 'before');
    const move = (name: string) =>
      catalog.call(name, 'PUT', location, {
        type: 'url',
        target: server.address('after.yaml'),
      });

    const refused = await move('ines');
    expect(refused.status).toBe(403);
    expect(refused.body.error.message).toContain('component:default/before');
    expect((await catalog.call('sam', 'GET', location)).body.target).toBe(
      server.address('before.yaml'),
    );
    expect((await move('sam')).status).toBe(200);
    await shows('after', 200);
  });

  it.each([
    ['DELETE', 'nonsense', 400, /^id: give the id of a location/],
    ['DELETE', randomUUID(), 404, /There is no location/],
    ['GET', 'nonsense', 404, /There is no location/],
    ['GET', randomUUID(), 404, /Found no location/],
  ])('answers %s for the id %s: %d', async (method, id, status, message) => {
    const answer = await catalog.call('sam', method, `/locations/${id}`);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(message);
  });

  it('tells nobody what is wrong with what they may not send', async () => {
    server.files.set('closed.yaml', component('closed', 'team-orders'));
    const location = await register('closed.yaml', 'closed');
    const agent = mockCredentials.user.token('user:default/sam', {
      actor: { subject: 'external:oauth-client' },
    });
    const gone = mockCredentials.user.token('user:default/gone');
    for (const [method, path, token] of [
      ['PUT', location, mockCredentials.user.token('user:default/ines')],
      ['PUT', location, agent],
      ['PUT', location, gone],
      ['POST', '/locations', gone],
      ['POST', '/validate-entity', gone],
    ]) {
      const response = await fetch(`${catalog.baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: '{"',
      });
      expect([method, path, response.status]).toEqual([method, path, 403]);
    }
  });

  it('slows down who changes too much, and nobody else', async () => {
    const path = `/locations/${randomUUID()}`;
    for (let count = 0; count < 60; count += 1) {
      expect((await catalog.call('tom', 'DELETE', path)).status).toBe(404);
    }
    const slowed = await catalog.call('tom', 'DELETE', path);
    expect(slowed.status).toBe(429);
    expect(slowed.body.error.message).toMatch(/Wait a little/);
    expect((await catalog.call('ines', 'DELETE', path)).status).toBe(404);
  });
});
