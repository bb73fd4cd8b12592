import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { refuseOtherThanJson } from './refuseOtherThanJson';
import { requireIdempotencyKey } from './requireIdempotencyKey';

const said: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error.name === 'InputError' ? 400 : 500).send(error.message);
};

describe('requireIdempotencyKey', () => {
  const app = express()
    .post('/', (req, res) => void res.send(requireIdempotencyKey(req)))
    .use(said);

  it.each([
    ['k'.repeat(255), 200, 'k'.repeat(255)],
    [
      'k'.repeat(256),
      400,
      'Idempotency-Key is 256 characters long, and may have 255 at most. Send a new UUID for each new request.',
    ],
    [
      '',
      400,
      'Idempotency-Key is missing. Send the header with a new UUID for each new request.',
    ],
  ])('answers, case %#', async (key, status, text) => {
    const answer = await request(app).post('/').set('idempotency-key', key);
    expect([answer.status, answer.text]).toEqual([status, text]);
  });
});

describe('refuseOtherThanJson', () => {
  const app = express()
    .use(refuseOtherThanJson())
    .use((_req, res) => void res.send('taken'))
    .use(said);

  it.each([
    ['text/plain', 'name: x'],
    ['application/x-www-form-urlencoded', 'name=x'],
    ['application/yaml', 'name: x'],
  ])('refuses %s', async (type, body) => {
    const answer = await request(app)
      .post('/')
      .set('content-type', type)
      .send(body);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      `The body is sent as ${type}, and only JSON is read. Send JSON, with the header content-type: application/json.`,
    );
  });

  it('takes JSON, no body, and an empty one', async () => {
    const answers = await Promise.all([
      request(app).post('/').send({ name: 'x' }),
      request(app)
        .post('/')
        .set('content-type', 'application/json; charset=utf-8')
        .send('{}'),
      request(app).post('/'),
      request(app).get('/'),
      request(app)
        .post('/')
        .set('content-type', 'text/plain')
        .set('content-length', '0'),
    ]);
    expect(answers.map(({ text }) => text)).toEqual(Array(5).fill('taken'));
  });
});
