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
} from './permissionFeatures';
import { startCatalog, waitFor } from './startCatalog';

const PORTAL = `Basic ${Buffer.from('portal:secret').toString('base64')}`;
const TOKENS: Record<string, string> = {
  'token sams': 'sam',
  'token ines': 'ines',
};

/**
 * A catalog with people in it, and a git host that speaks Gitea's API, with the repositories `acme/open`, `acme/secret`, which
 * Sam may read, and `acme/listed`, which the configuration opens to all. To be called where tests are described.
 */
export function useGitHost() {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-registration-'));
  let server: Server;
  let base: string;
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const host = {
    /** What there is, and who may read it. */
    repositories: {
      'acme/open': { private: false, readers: [] },
      'acme/secret': { private: true, readers: ['sam'] },
      'acme/listed': { private: true, readers: [] },
    } as Record<string, { private: boolean; readers: string[] }>,
    /** By repository and path. */
    files: new Map<string, string>(),
    /** What it was asked, such as `GET /api/v1/repos/acme/open`. */
    asked: new Array<string>(),
    tellsPermissions: true,
    isAway: false,
    /** How long it takes to answer with a file. */
    milliseconds: 0,
    /** Of how many files it was asked at once. */
    mostAtOnce: 0,
  };

  const answer = (path: string, authorization: string | undefined) => {
    const [, name, rest = ''] =
      /^\/api\/v1\/repos\/([^/]+\/[^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const repository = host.repositories[name];
    const who =
      authorization?.toLowerCase() === PORTAL.toLowerCase()
        ? 'portal'
        : TOKENS[authorization ?? ''];
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
      return host.tellsPermissions
        ? { status: 200, body: { permission } }
        : { status: 403 };
    }
    if (rest === 'teams' || rest.startsWith('branches?')) {
      return { status: 200, body: [] };
    }
    if (!rest) {
      return { status: 200, body: { private: repository.private } };
    }
    const file = host.files.get(
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
    let atOnce = 0;
    server = createServer(async (request, response) => {
      host.asked.push(`${request.method} ${request.url}`);
      if (host.isAway) {
        request.socket.destroy();
        return;
      }
      const { status, body } = answer(
        request.url!,
        request.headers.authorization,
      );
      if (request.url!.includes('/contents/')) {
        atOnce += 1;
        host.mostAtOnce = Math.max(host.mostAtOnce, atOnce);
        await new Promise(wake => setTimeout(wake, host.milliseconds));
        atOnce -= 1;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    server?.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    host.asked.length = 0;
    host.tellsPermissions = true;
    host.isAway = false;
    host.milliseconds = 0;
    host.mostAtOnce = 0;
  });

  const address = (repository: string, file = 'catalog-info.yaml') =>
    `${base}/${repository}/src/branch/main/${file}`;
  const put = (
    repository: string,
    name: string,
    spec: object = {},
    file = 'catalog-info.yaml',
  ) =>
    host.files.set(
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

  return {
    host,
    /** Of the host, without a slash at its end. */
    base: () => base,
    catalog: () => catalog,
    address,
    /** Writes a file with one component. */
    put,
    register,
    /** The same, on trial. */
    dryRun,
  };
}
