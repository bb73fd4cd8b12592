import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestThings } from '../__testUtils__/createTestThings';
import type { ThingStore } from '../things/ThingStore';
import { createThingsRouter } from './createThingsRouter';

jest.setTimeout(60_000);

const MINE = '11111111-1111-4111-8111-111111111111';
const THEIRS = '22222222-2222-4222-8222-222222222222';
const GONE = '44444444-4444-4444-8444-444444444444';
const EMPTY = '33333333-3333-4333-8333-333333333333';

describe('GET /slipway/things', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let store: ThingStore;
  let server: Server;

  beforeAll(async () => {
    ({ store } = await createTestThings(databases));
    const app = express();
    app.use(
      createThingsRouter({
        store,
        httpAuth: mockServices.httpAuth(),
        permissions: mockServices.permissions.mock({
          authorize: async requests => {
            const refs = requests.map(request =>
              'resourceRef' in request ? request.resourceRef : undefined,
            );
            if (refs.includes(GONE)) {
              // As upstream answers where a decision depends on the task.
              throw Object.assign(new Error('Request failed with 404'), {
                name: 'ResponseError',
                statusCode: 404,
              });
            }
            return refs.map(ref => ({
              result:
                ref === THEIRS ? AuthorizeResult.DENY : AuthorizeResult.ALLOW,
            }));
          },
        }),
      }),
    );
    app.use(mockErrorHandler());
    server = app.listen(0, '127.0.0.1');
  });
  afterAll(() => new Promise(resolve => server.close(resolve)));

  async function get(query: string, authorization?: string) {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(
      `http://127.0.0.1:${port}/slipway/things${query}`,
      {
        headers: {
          authorization: authorization ?? mockCredentials.user.header(),
        },
      },
    );
    return { status: response.status, body: await response.json() };
  }
  async function make(taskId: string, kind: 'repository' | 'database') {
    const thing = await store.intend({
      taskId,
      kind,
      ref: `${kind}-of-${taskId}`,
      title: `The ${kind}`,
      createdBy: 'user:default/sam',
    });
    await store.confirm(thing.id, {
      url: `https://host/${kind}`,
      details: { databaseId: 'inner' },
    });
    return thing;
  }

  it('tells who may read a task what it made and where it is removed, and says nothing of others', async () => {
    const repository = await make(MINE, 'repository');
    const database = await make(MINE, 'database');
    await make(THEIRS, 'repository');
    const asked = `?taskId=${MINE}&taskId=${THEIRS}&taskId=${GONE}&taskId=${EMPTY}`;

    const { status, body } = await get(asked);
    expect(status).toBe(200);
    expect(body.items).toEqual([
      {
        taskId: MINE,
        things: [
          {
            id: repository.id,
            kind: 'repository',
            title: 'The repository',
            url: 'https://host/repository',
            host: expect.any(String),
            state: 'made',
          },
          expect.objectContaining({ id: database.id, state: 'made' }),
        ],
        removalPath: expect.stringContaining('/remove-what-a-task-made?'),
      },
      { taskId: EMPTY, things: [] },
    ]);

    await store.setRemoved(repository.id);
    await store.setRemoved(database.id);
    const after = await get(`?taskId=${MINE}`);
    expect(after.body.items[0].removalPath).toBeUndefined();
    expect(after.body.items[0].things).toMatchObject([
      { state: 'removed' },
      { state: 'removed' },
    ]);
  });

  it('answers people only, and says what it wants to know', async () => {
    const service = mockCredentials.service.header();
    expect((await get(`?taskId=${MINE}`, service)).status).toBe(403);
    expect(
      (await get(`?taskId=${MINE}`, mockCredentials.none.header())).status,
    ).toBe(401);
    const many = Array(51).fill(`taskId=${MINE}`).join('&');
    for (const wrong of ['', '?taskId=nonsense', `?${many}`]) {
      const { status, body } = await get(wrong);
      expect(status).toBe(400);
      expect(body.error.message).toMatch(/^taskId: give the ids of 1 to 50/);
    }
  });
});
