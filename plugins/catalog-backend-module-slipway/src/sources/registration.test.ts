import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { TestDatabases } from '@backstage/backend-test-utils';
import {
  permissionConfig,
  permissionFeatures,
} from '../__testUtils__/permissionFeatures';
import { startCatalog, waitFor } from '../__testUtils__/startCatalog';

jest.setTimeout(180_000);

const PORTAL = `Basic ${Buffer.from('portal:secret').toString('base64')}`;

/** What there is on the host, and who may read it. */
const repositories: Record<string, { private: boolean; readers: string[] }> = {
  'acme/open': { private: false, readers: [] },
  'acme/secret': { private: true, readers: ['sam'] },
  'acme/listed': { private: true, readers: [] },
};
const tokens: Record<string, string> = {
  'token sams': 'sam',
  'token ines': 'ines',
};

describe('who registers a repository', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const files = new Map<string, string>();
  const asked: string[] = [];
  let tellsPermissions = true;
  let isAway = false;
  let host: Server;
  let base: string;
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const answer = (path: string, authorization: string | undefined) => {
    const [, name, rest = ''] =
      /^\/api\/v1\/repos\/([^/]+\/[^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const repository = repositories[name];
    const who =
      authorization?.toLowerCase() === PORTAL.toLowerCase()
        ? 'portal'
        : tokens[authorization ?? ''];
    const reads =
      repository &&
      (who === 'portal' ||
        !repository.private ||
        repository.readers.includes(who));
    if (!reads) {
      return { status: 404 };
    }
    const login = /^collaborators\/(.+)\/permission$/.exec(rest)?.[1];
    if (login) {
      const permission = repository.readers.includes(login) ? 'read' : 'none';
      return tellsPermissions
        ? { status: 200, body: { permission } }
        : { status: 403 };
    }
    if (!rest) {
      return { status: 200, body: { private: repository.private } };
    }
    const file = files.get(
      `${name}/${rest.replace(/^contents\//, '').replace(/\?.*/, '')}`,
    );
    return file === undefined
      ? { status: 404 }
      : {
          status: 200,
          body: {
            encoding: 'base64',
            content: Buffer.from(file).toString('base64'),
          },
        };
  };

  beforeAll(async () => {
    host = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (isAway) {
        request.socket.destroy();
        return;
      }
      const { status, body } = answer(
        request.url!,
        request.headers.authorization,
      );
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await new Promise<void>(resolve => {
      host.listen(0, '127.0.0.1', resolve);
    });
    const name = `127.0.0.1:${(host.address() as AddressInfo).port}`;
    base = `http://${name}`;
    catalog = await startCatalog({
      databases,
      features: [...permissionFeatures, urlReaderServiceFactory],
      config: {
        permission: permissionConfig,
        integrations: {
          gitea: [
            {
              host: name,
              baseUrl: base,
              username: 'portal',
              password: 'secret',
            },
          ],
        },
        catalog: {
          slipway: {
            openSources: [`${base}/acme/listed`],
            namesAreLogins: [name],
          },
        },
      },
    });
  });
  afterAll(async () => {
    await catalog?.stop();
    host?.close();
  });
  beforeEach(() => {
    asked.length = 0;
    tellsPermissions = true;
    isAway = false;
  });

  const address = (repository: string, file = 'catalog-info.yaml') =>
    `${base}/${repository}/src/branch/main/${file}`;
  const put = (
    repository: string,
    name: string,
    spec: object = {},
    file = 'catalog-info.yaml',
  ) =>
    files.set(
      `${repository}/${file}`,
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name },
        spec: {
          type: 'service',
          lifecycle: 'production',
          owner: 'team-orders',
          ...spec,
        },
      }),
    );
  const register = (
    person: string,
    target: string,
    headers?: Record<string, string>,
  ) =>
    catalog.call(
      person,
      'POST',
      '/locations',
      { type: 'url', target },
      headers,
    );
  const dryRun = (
    person: string,
    target: string,
    headers?: Record<string, string>,
  ) =>
    catalog.call(
      person,
      'POST',
      '/locations?dryRun=true',
      { type: 'url', target },
      headers,
    );

  it('may be anybody when everybody may read it', async () => {
    put('acme/open', 'open');
    expect((await dryRun('ines', address('acme/open'))).status).toBe(201);
    put('acme/listed', 'listed');
    expect((await dryRun('ines', address('acme/listed'))).status).toBe(201);
  });

  it('has to be allowed to read it, and learns nothing of it otherwise', async () => {
    put('acme/secret', 'hidden-name');
    for (const attempt of [register, dryRun]) {
      const refused = await attempt('ines', address('acme/secret'));
      expect(refused.status).toBe(403);
      expect(refused.body.error.message).toBe(
        `${base}/acme/secret is private, and you may not read it. Ask its owners for the right, or let one of them register it.`,
      );
    }
    const analysed = await catalog.call('ines', 'POST', '/analyze-location', {
      location: { type: 'url', target: address('acme/secret') },
    });
    expect(analysed.status).toBe(403);
    expect(asked.filter(line => line.includes('/contents/'))).toEqual([]);
    const { body: locations } = await catalog.call('nora', 'GET', '/locations');
    expect(locations).toEqual([]);

    expect((await dryRun('sam', address('acme/secret'))).status).toBe(201);
  });

  it('is known by a token of their own where the host does not tell', async () => {
    put('acme/secret', 'hidden-name');
    tellsPermissions = false;
    const unknown = await register('sam', address('acme/secret'));
    expect(unknown.status).toBe(403);
    expect(unknown.body.error.message).toMatch(
      /does not tell the portal whether you may read it/,
    );
    const token = (value: string) => ({ 'slipway-repository-token': value });
    expect(
      (await register('ines', address('acme/secret'), token('ines'))).status,
    ).toBe(403);
    expect(
      (await register('sam', address('acme/secret'), token('sams'))).status,
    ).toBe(201);
  });

  it('may not move what is theirs to what they may not read', async () => {
    put('acme/open', 'movable', {}, 'movable.yaml');
    const { body } = await register(
      'sam',
      address('acme/open', 'movable.yaml'),
    );
    await waitFor(async () =>
      expect(
        (
          await catalog.call(
            'sam',
            'GET',
            '/entities/by-name/component/default/movable',
          )
        ).status,
      ).toBe(200),
    );
    repositories['acme/closed'] = { private: true, readers: [] };
    const moved = await catalog.call(
      'sam',
      'PUT',
      `/locations/${body.location.id}`,
      {
        type: 'url',
        target: address('acme/closed'),
      },
    );
    expect(moved.status).toBe(403);
  });

  it('leads to no other repository by what is in it', async () => {
    put('acme/secret', 'hidden-name');
    files.set(
      'acme/open/leading.yaml',
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Location',
        metadata: { name: 'leading' },
        spec: { targets: [address('acme/secret')] },
      }),
    );
    put(
      'acme/open',
      'reading',
      { definition: { $text: address('acme/secret') } },
      'reading.yaml',
    );
    for (const file of ['leading.yaml', 'reading.yaml']) {
      const refused = await dryRun('ines', address('acme/open', file));
      expect(refused.status).toBe(400);
      expect(refused.body.error.message).toContain(
        'which is not in the same repository',
      );
    }
    expect(asked.filter(line => line.includes('secret/contents'))).toEqual([]);
  });

  it('has placeholders taken in, however deep they are', async () => {
    files.set('acme/open/part.yaml', 'a: &x [1]\nb: *x');
    files.set('acme/open/bomb.yaml', `a: &a x\nb: [${'*a,'.repeat(101)}]`);
    const deep = (file: string) => ({ deep: [{ er: { $yaml: `./${file}` } }] });
    put('acme/open', 'nested', deep('part.yaml'), 'nested.yaml');
    const { body } = await dryRun('ines', address('acme/open', 'nested.yaml'));
    expect(body.entities).toContainEqual(
      expect.objectContaining({
        spec: expect.objectContaining({
          deep: [{ er: { a: [1], b: [1] } }],
        }),
      }),
    );
    put('acme/open', 'bomb', deep('bomb.yaml'), 'bombed.yaml');
    const refused = await dryRun('ines', address('acme/open', 'bombed.yaml'));
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toMatch(/Placeholder \$yaml.*alias/i);
  });

  it('is told what keeps a whole file out', async () => {
    put('acme/open', 'kept-out', {}, 'mixed.yaml');
    files.set(
      'acme/open/mixed.yaml',
      `${files.get('acme/open/mixed.yaml')}\n---\n${JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name: 'mallory' },
        spec: { memberOf: ['platform-team'] },
      })}`,
    );
    const refused = await register('sam', address('acme/open', 'mixed.yaml'));
    expect(refused.status).toBe(403);
    expect(refused.body.error.message).toBe(
      `user:default/mallory keeps all of ${address('acme/open', 'mixed.yaml')} out of the catalog: entities of its kind come only from places that the configuration names. Take it out of the file, or ask the platform team.`,
    );
  });

  it('has told whose entities a file kept out that was fine before', async () => {
    put('acme/open', 'was-fine', {}, 'later.yaml');
    const { body } = await register('sam', address('acme/open', 'later.yaml'));
    const page = () =>
      catalog.call(
        'sam',
        'GET',
        '/entities/by-name/component/default/was-fine',
      );
    await waitFor(async () => expect((await page()).status).toBe(200));
    files.set(
      'acme/open/later.yaml',
      `${files.get('acme/open/later.yaml')}\n---\n${JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Group',
        metadata: { name: 'mallory' },
        spec: { type: 'team', children: [] },
      })}`,
    );
    const { entityRef } = body.location;
    expect(
      (await catalog.call('nora', 'POST', '/refresh', { entityRef })).status,
    ).toBe(200);
    await waitFor(async () =>
      expect(catalog.notices).toContainEqual({
        recipients: {
          type: 'entity',
          entityRef: ['group:default/team-orders'],
        },
        payload: expect.objectContaining({
          title: 'The catalog cannot take in a file any more',
          description: expect.stringMatching(
            /group:default\/mallory .*later\.yaml.* is not of an allowed kind/,
          ),
          link: '/catalog/default/component/was-fine',
        }),
      }),
    );
    expect((await page()).status).toBe(200);
  });

  it('hears that the host is away, and that an address leads nowhere', async () => {
    const nowhere = await register('sam', `${base}/acme`);
    expect(nowhere.status).toBe(400);
    expect(nowhere.body.error.message).toMatch(
      /^target: .* leads into no repository/,
    );
    isAway = true;
    expect(
      (await register('sam', address('acme/open', 'other.yaml'))).status,
    ).toBe(503);
  });
});
