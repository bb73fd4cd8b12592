import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { TestDatabases } from '@backstage/backend-test-utils';
import {
  peopleFile,
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
  const folder = mkdtempSync(join(tmpdir(), 'slipway-registration-'));
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
    writeFileSync(join(folder, 'people.yaml'), peopleFile);
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
          locations: [
            {
              type: 'file',
              target: join(folder, 'people.yaml'),
              rules: [{ allow: ['User'] }],
            },
          ],
          slipway: {
            openSources: [`${base}/acme/listed`],
            namesAreLogins: [name],
          },
        },
      },
    });
    await waitFor(async () => {
      const { body: people } = await catalog.call(
        'nora',
        'GET',
        '/entities?filter=kind=user',
      );
      if (people.length < 3) {
        throw new Error('Not everybody is in the catalog yet');
      }
    });
  });
  afterAll(async () => {
    await catalog?.stop();
    host?.close();
    rmSync(folder, { recursive: true });
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
    for (const type of ['url', 'file', 'anything']) {
      const analysed = await catalog.call('ines', 'POST', '/analyze-location', {
        location: { type, target: address('acme/secret') },
      });
      expect(analysed.status).toBe(403);
    }
    expect(asked.filter(line => line.includes('/contents/'))).toEqual([]);
    const { body: locations } = await catalog.call('nora', 'GET', '/locations');
    expect(locations).toEqual([]);

    expect((await dryRun('sam', address('acme/secret'))).status).toBe(201);
  });

  it('learns nothing of addresses when they have left', async () => {
    put('acme/open', 'open');
    const before = asked.length;
    for (const target of [address('acme/open'), address('acme/secret')]) {
      for (const attempt of [register, dryRun]) {
        const { status, body } = await attempt('leaver', target);
        expect([status, body.error.message]).toEqual([
          403,
          'You may not register or look at addresses for the catalog.',
        ]);
      }
    }
    expect(asked.slice(before)).toEqual([]);
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

  describe('by having a document validated', () => {
    const probe = (metadata: object = {}, more: object = {}) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'probe', ...metadata },
      spec: { type: 'service', lifecycle: 'x', owner: 'team-orders' },
      ...more,
    });
    const validate = (person: string, entity: object, location: string) =>
      catalog.call(person, 'POST', '/validate-entity', { entity, location });
    const quoting = probe({ tags: [{ $text: './secret.txt' }] });
    const leading = {
      kind: 'Location',
      spec: { type: 'file', targets: ['/etc/hosts'] },
    };

    beforeEach(() => {
      files.set('acme/secret/secret.txt', 'Payroll and passwords');
      put('acme/secret', 'hidden-name');
    });

    it('learns only of what they may read', async () => {
      const secret = `url:${address('acme/secret')}`;
      const refused = await validate('ines', quoting, secret);
      expect(refused.status).toBe(403);
      expect(refused.body.error.message).toBe(
        `${base}/acme/secret is private, and you may not read it. Ask its owners for the right, or let one of them register it.`,
      );
      for (const annotations of [[], 'none', null]) {
        expect(
          (await validate('ines', probe({ annotations }), secret)).status,
        ).toBe(403);
      }
      expect(asked.filter(line => line.includes('/contents/'))).toEqual([]);

      const own = await validate('sam', quoting, secret);
      expect(own.status).toBe(400);
      expect(own.body.errors[0].message).toContain('tags');
      expect((await validate('sam', probe(), secret)).status).toBe(200);
    });

    it.each([
      [
        'backstage.io/managed-by-location',
        /^entity\.metadata\.annotations: backstage\.io\/managed-by-location is written by the catalog/,
      ],
      [
        'backstage.io/managed-by-origin-location',
        /^entity\.metadata\.annotations: backstage\.io\/managed-by-origin-location is/,
      ],
    ])('does not say itself where it comes from: %s', async (name, message) => {
      const { status, body } = await validate(
        'sam',
        probe({ annotations: { [name]: 'file:/x' }, ...quoting }, leading),
        `url:${address('acme/open')}`,
      );
      expect(status).toBe(400);
      expect(body.errors[0].message).toMatch(
        /^entity\.kind: what a Location leads to is not read/,
      );
      const refused = await validate(
        'sam',
        probe({
          annotations: { [name]: 'file:/x' },
          tags: [{ $text: address('acme/secret', 'secret.txt') }],
        }),
        `url:${address('acme/open')}`,
      );
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([
        { name: 'InputError', message: expect.stringMatching(message) },
      ]);
      expect(asked).toEqual([]);
    });

    it.each([
      'url:nowhere',
      'url:/etc/hosts',
      'file:/x',
      'url:file:///x',
      'nothing',
    ])('comes from a git host: %s', async location => {
      const { status, body } = await validate(
        'sam',
        probe({ tags: [{ $text: address('acme/secret', 'secret.txt') }] }),
        location,
      );
      expect(status).toBe(400);
      expect(body.errors[0].message).toMatch(/^location: .* is no address\./);
      expect(asked).toEqual([]);
    });

    it.each([
      [{ location: 'url:x' }, /^entity: /],
      [{ entity: 'kind: Component', location: 'url:x' }, /^entity: /],
      [{ entity: probe() }, /^location: /],
    ])('sends a document as an object, and where it is', async (sent, text) => {
      const { status, body } = await catalog.call(
        'sam',
        'POST',
        '/validate-entity',
        sent,
      );
      expect(status).toBe(400);
      expect(body.errors[0].message).toMatch(text);
    });

    it('is the same for agents', async () => {
      const invoke = async (input: object) => {
        const { body } = await catalog.call(
          'ines',
          'POST',
          '/.backstage/actions/v1/actions/catalog:validate-entity/invoke',
          input,
        );
        return body.output;
      };
      const entity = JSON.stringify(quoting);
      const location = `url:${address('acme/secret')}`;
      expect(await invoke({ entity, location })).toMatchObject({
        isValid: false,
        errors: [expect.stringContaining('403 Forbidden')],
      });
      const elsewhere = probe({
        tags: [{ $text: address('acme/secret', 'secret.txt') }],
      });
      // Where no location is given, the document is in no repository, and leads to none.
      expect(await invoke({ entity: JSON.stringify(elsewhere) })).toMatchObject(
        {
          isValid: false,
          errors: [
            expect.stringContaining('which is not in the same repository'),
          ],
        },
      );
      expect(
        await invoke({ entity: JSON.stringify(probe({}, leading)), location }),
      ).toMatchObject({
        errors: [expect.stringContaining('what a Location leads to')],
      });
      expect(asked.filter(line => line.includes('/contents/'))).toEqual([]);
      expect(await invoke({ entity: JSON.stringify(probe()) })).toMatchObject({
        isValid: true,
      });
    });
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
          description: `What came from it stays as it was: component:default/was-fine. What is wrong is on the page of ${entityRef} (NotAllowedError).`,
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
