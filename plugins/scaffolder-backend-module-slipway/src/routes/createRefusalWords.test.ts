import { NotAllowedError } from '@backstage/errors';
import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { createRefusalWords } from './createRefusalWords';

/** As the backend answers an error of a route. */
const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response
    .status(403)
    .json({ error: { name: error.name, message: error.message } });
};

/** With routes that answer as the scaffolder's. */
const app = express()
  .use(createRefusalWords())
  .get('/v2/tasks/theirs', () => {
    throw new NotAllowedError('');
  })
  .post('/v2/tasks/theirs/cancel', () => {
    throw new NotAllowedError('');
  })
  .post('/v2/tasks/theirs/retry', () => {
    throw new NotAllowedError('Policies refuse it.');
  })
  .get('/v2/tasks/mine', (_request, response) => {
    response.json({ id: 'mine' });
  })
  .use(answerError);

describe("somebody else's task", () => {
  it('is refused in words', async () => {
    const looked = await request(app).get('/v2/tasks/theirs').expect(403);
    expect(looked.body.error.message).toMatch(/This task is not yours.*Ask/);
    const cancelled = await request(app).post('/v2/tasks/theirs/cancel');
    expect(cancelled.body).toEqual(looked.body);
  });

  it('is refused in the words of whoever refuses, and ones own is shown', async () => {
    const { body } = await request(app).post('/v2/tasks/theirs/retry');
    expect(body.error.message).toBe('Policies refuse it.');
    const mine = await request(app).get('/v2/tasks/mine').expect(200);
    expect(mine.body).toEqual({ id: 'mine' });
  });
});
