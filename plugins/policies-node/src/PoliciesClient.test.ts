import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PoliciesClient } from './PoliciesClient';

describe('asking the policies', () => {
  let server: Server;
  let answer: { status: number; body?: object };
  const asked: { token?: string; body: object }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks = await request.toArray();
      asked.push({
        token: request.headers.authorization,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      });
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body ?? {}));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => server.close());

  const sam = {
    principal: { type: 'user', userEntityRef: 'user:default/sam' },
  };
  const client = (at = () => (server.address() as AddressInfo).port) =>
    PoliciesClient.create({
      auth: {
        isPrincipal: ({ principal }: typeof sam, type: string) =>
          principal.type === type,
        getOwnServiceCredentials: async () => 'us',
        getPluginRequestToken: async ({
          onBehalfOf,
        }: {
          onBehalfOf: unknown;
        }) => ({ token: onBehalfOf === sam ? 'of-sam' : 'of-us' }),
      } as never,
      discovery: {
        getBaseUrl: async () => `http://127.0.0.1:${at()}`,
      } as never,
      userInfo: {
        getUserInfo: async () => ({
          userEntityRef: 'user:default/sam',
          ownershipEntityRefs: ['user:default/sam', 'group:default/a'],
        }),
      },
    });
  const request = {
    kind: 'DatabaseRequest',
    operation: 'create' as const,
    object: {},
  };
  const away = {
    name: 'ServiceUnavailableError',
    message: expect.stringMatching(
      /^Nothing is allowed now.*ends by itself.*Ask the platform team if it lasts\.$/,
    ),
  };
  const unavailable = (message: string) => ({
    status: 503,
    body: {
      error: { name: 'ServiceUnavailableError', message },
      response: { statusCode: 503 },
    },
  });

  it('says whom it asks for, or asks as that person', async () => {
    answer = { status: 200, body: { allowed: true, findings: [], digest: '' } };
    const credentials = sam as never;
    await client().evaluate(request, { credentials });
    await client().evaluate(request, { credentials, asPerson: true });
    expect(asked.splice(0)).toEqual([
      {
        token: 'Bearer of-us',
        body: {
          ...request,
          user: { ref: 'user:default/sam', groups: ['group:default/a'] },
        },
      },
      { token: 'Bearer of-sam', body: request },
    ]);
  });

  it.each([['Service has not started up yet'], ['Service is shutting down']])(
    'says what it means that the plugin answers "%s"',
    async message => {
      answer = unavailable(message);
      await expect(client().enforce(request)).rejects.toMatchObject(away);
    },
  );

  it('says the same when nobody answers', async () => {
    await expect(client(() => 1).enforce(request)).rejects.toMatchObject(away);
  });

  it('passes on what the plugin itself says', async () => {
    answer = unavailable('Waivers cannot be read now. Try again in a minute.');
    await expect(client().enforce(request)).rejects.toMatchObject({
      message: 'Waivers cannot be read now. Try again in a minute.',
    });
  });
});
