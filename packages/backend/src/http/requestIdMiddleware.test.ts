import express from 'express';
import request from 'supertest';
import { requestContext } from './requestContext';
import { requestIdMiddleware } from './requestIdMiddleware';

describe('requestIdMiddleware', () => {
  const finished = new Array<string | undefined>();
  const app = express();
  app.use(requestIdMiddleware());
  app.use((_req, res, next) => {
    res.on('finish', () => finished.push(requestContext.getStore()?.requestId));
    next();
  });
  app.get('/', async (_req, res) => {
    await new Promise(resolve => setTimeout(resolve, 1));
    res.json({ id: requestContext.getStore()?.requestId });
  });

  it('follows a request from its header to its end', async () => {
    const response = await request(app).get('/').set('x-request-id', 'abc-1');
    expect(response.headers['x-request-id']).toBe('abc-1');
    expect(response.body.id).toBe('abc-1');
    expect(finished).toContain('abc-1');
  });

  it.each([
    ['none', undefined],
    ['one that would break a log line', 'a b'],
    ['one that is too long', 'x'.repeat(129)],
  ])('makes an id when the caller gives %s', async (_, given) => {
    const asked = request(app).get('/');
    const response = await (given ? asked.set('x-request-id', given) : asked);
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.body.id).toBe(response.headers['x-request-id']);
  });

  it('keeps requests at the same time apart', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
    const answers = await Promise.all(
      ids.map(id => request(app).get('/').set('x-request-id', id)),
    );
    expect(answers.map(answer => answer.body.id)).toEqual(ids);
  });
});
