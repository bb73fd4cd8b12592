import { mockCredentials } from '@backstage/backend-test-utils';
import express from 'express';
import request from 'supertest';
import { ChangeLimit } from './ChangeLimit';

const people = {
  sam: mockCredentials.user('user:default/sam'),
  ines: mockCredentials.user('user:default/ines'),
  plugin: mockCredentials.service('plugin:databases'),
};

function start(limit: ChangeLimit) {
  const app = express();
  app.post(
    '/:who',
    limit.middleware(async req => people[req.params.who as 'sam']),
    (_req, res) => res.status(204).end(),
  );
  return (who: keyof typeof people) => request(app).post(`/${who}`);
}

it('refuses who asks too often, says for how long, and nobody else', async () => {
  const post = start(ChangeLimit.create({ perMinute: 2, what: 'exports' }));
  for (const who of ['sam', 'plugin'] as const) {
    expect((await post(who)).status).toBe(204);
    expect((await post(who)).status).toBe(204);
    const { status, headers, body } = await post(who);
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(body.error.message).toBe(
      'More than 2 exports in a minute. Wait a little.',
    );
  }
  expect((await post('ines')).status).toBe(204);
});

it('refuses in the same way on the way', async () => {
  const limit = ChangeLimit.create({ perMinute: 2, what: 'questions' });
  const app = express();
  app.post('/', async (req, res, next) => {
    limit.countRequest(req, 'user:default/sam', 2).then(() => res.end(), next);
  });
  const tell: express.ErrorRequestHandler = (error, _req, res, _next) =>
    res.status(error.statusCode).json({ error });
  app.use(tell);
  expect((await request(app).post('/')).status).toBe(200);
  const { status, headers, body } = await request(app).post('/');
  expect([status, headers['retry-after'], body.error.name]).toEqual([
    429,
    '60',
    'TooManyRequestsError',
  ]);
});

it('counts routes and actions together', async () => {
  const limit = ChangeLimit.create({ perMinute: 1 });
  await limit.count('user:default/sam');
  expect((await start(limit)('sam')).status).toBe(429);
  await expect(limit.count('user:default/sam')).rejects.toMatchObject({
    // MCP knows it by this name, and passes on the sentence.
    name: 'NotAllowedError',
    statusCode: 429,
    message: 'More than 1 changes in a minute. Wait a little.',
  });
});

it('counts what takes long as several', async () => {
  const limit = ChangeLimit.create({ perMinute: 10 });
  await limit.count('user:default/sam', 9);
  await expect(limit.count('user:default/sam', 2)).rejects.toThrow('More than');
  await limit.count('user:default/ines', 10);
});

it('begins anew after a minute, for actions without a route too', async () => {
  jest.useFakeTimers();
  try {
    const limit = ChangeLimit.create({ perMinute: 1 });
    await limit.count('user:default/sam');
    await expect(limit.count('user:default/sam')).rejects.toThrow('More than');
    jest.advanceTimersByTime(59_000);
    await expect(limit.count('user:default/sam')).rejects.toThrow('More than');
    jest.advanceTimersByTime(62_000);
    await limit.count('user:default/sam');
  } finally {
    jest.useRealTimers();
  }
});
