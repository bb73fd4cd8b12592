import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { openHost, type HostApi } from './HostApi';

describe('openHost, of a GitLab', () => {
  const answers: Record<string, { status?: number; body: unknown }> = {};
  const PROJECT = '/api/v4/projects/acme%2Fboats';
  let server: Server;
  let host: HostApi;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const who = request.headers.authorization?.replace('Bearer ', '');
      const { status = 200, body } = answers[`${who} ${request.url}`] ??
        answers[request.url!] ?? { status: 404, body: {} };
      response.writeHead(status);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const baseUrl = `http://${name}`;
    host = openHost(
      `${baseUrl}/acme/boats`,
      ScmIntegrations.fromConfig(
        new ConfigReader({
          integrations: {
            gitlab: [
              {
                host: name,
                baseUrl,
                apiBaseUrl: `${baseUrl}/api/v4`,
                token: 'portals',
              },
            ],
          },
        }),
      ),
    )!;
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    for (const url of Object.keys(answers)) {
      delete answers[url];
    }
  });

  it.each([
    ['public', 'enabled', 'open'],
    ['internal', 'enabled', 'open'],
    ['public', 'private', 'private'],
    ['public', 'disabled', 'private'],
    ['public', undefined, 'private'],
    ['private', 'enabled', 'private'],
  ])(
    'takes a %s project with its code %s for %s',
    async (visibility, level, expected) => {
      answers[PROJECT] = {
        body: { visibility, repository_access_level: level },
      };
      expect(await host.visibility()).toBe(expected);
    },
  );

  it('lets a token read that reads the code, and not one that only sees the project', async () => {
    answers[PROJECT] = { body: { visibility: 'private' } };
    const tree = `${PROJECT}/repository/tree?per_page=1`;
    answers[`reporters ${tree}`] = { body: [{ name: 'README.md' }] };
    answers[`guests ${tree}`] = { status: 403, body: {} };
    expect(await host.mayReadWith('reporters')).toBe(true);
    expect(await host.mayReadWith('guests')).toBe(false);
    expect(await host.mayReadWith('strangers')).toBe(false);
  });

  it.each(['<html>Sign in</html>', '[]', '{"visibility": 1}'])(
    'cannot be asked when something else answers: %s',
    async body => {
      answers[PROJECT] = { body };
      await expect(host.visibility()).rejects.toThrow(
        expect.objectContaining({
          name: 'ServiceUnavailableError',
          message: expect.stringContaining(
            'gave an answer that is not of its API',
          ),
        }),
      );
    },
  );
});

describe('openHost, of a Gitea', () => {
  const REPOSITORY = '/api/v1/repos/acme/boats';
  const developers = {
    id: 7,
    permission: 'write',
    units_map: { 'repo.code': 'read', 'repo.issues': 'write' },
  };
  const reporters = {
    id: 8,
    permission: 'write',
    units_map: { 'repo.code': 'none', 'repo.issues': 'write' },
  };
  const answers: Record<string, { status?: number; body?: unknown }> = {};
  let server: Server;
  let host: HostApi;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const who = request.headers.authorization?.replace('token ', '');
      const { status = 200, body } = answers[`${who} ${request.url}`] ??
        answers[request.url!] ?? { status: 404, body: {} };
      response.writeHead(status);
      response.end(status === 204 ? undefined : JSON.stringify(body));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const baseUrl = `http://${name}`;
    const gitea = [{ host: name, baseUrl, username: 'portal', password: 'x' }];
    host = openHost(
      `${baseUrl}/acme/boats`,
      ScmIntegrations.fromConfig(new ConfigReader({ integrations: { gitea } })),
    )!;
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    for (const url of Object.keys(answers)) {
      delete answers[url];
    }
    answers[`${REPOSITORY}/teams`] = { body: [developers, reporters] };
  });

  const permission = (login: string, value: string) => {
    answers[`${REPOSITORY}/collaborators/${login}/permission`] = {
      body: { permission: value },
    };
  };

  it.each(['admin', 'owner'])('lets an %s read all', async value => {
    permission('sam', value);
    expect(await host.mayRead('sam')).toBe(true);
  });

  it('does not take a right to issues for one to the code', async () => {
    permission('ines', 'write');
    expect(await host.mayRead('ines')).toBe(false);
    permission('nora', 'none');
    expect(await host.mayRead('nora')).toBe(false);
  });

  it('lets members of a team read that reads the code', async () => {
    permission('sam', 'read');
    answers['/api/v1/teams/7/members/sam'] = { body: {} };
    expect(await host.mayRead('sam')).toBe(true);
  });

  it('lets read who is let in by name, or into what belongs to no organisation', async () => {
    permission('sam', 'read');
    answers[`${REPOSITORY}/collaborators/sam`] = { status: 204 };
    expect(await host.mayRead('sam')).toBe(true);
    permission('nora', 'read');
    answers[`${REPOSITORY}/teams`] = { status: 405, body: {} };
    expect(await host.mayRead('nora')).toBe(true);
  });

  it('needs not know who is in which team when all read the code', async () => {
    permission('sam', 'read');
    answers['/api/v1/teams/7/members/sam'] = { status: 403, body: {} };
    expect(await host.mayRead('sam')).toBeUndefined();
    answers[`${REPOSITORY}/teams`] = {
      body: [developers, { id: 1, permission: 'owner' }],
    };
    expect(await host.mayRead('sam')).toBe(true);
  });

  it('lets a token read that reads the code, and not one that only sees issues', async () => {
    answers[REPOSITORY] = { body: { private: true } };
    const branches = `${REPOSITORY}/branches?limit=1`;
    answers[`sams ${branches}`] = { body: [{ name: 'main' }] };
    answers[`ines ${branches}`] = { status: 403, body: {} };
    expect(await host.mayReadWith('sams')).toBe(true);
    expect(await host.mayReadWith('ines')).toBe(false);
    expect(await host.mayReadWith('strangers')).toBe(false);
  });
});
