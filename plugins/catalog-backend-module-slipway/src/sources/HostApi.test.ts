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
