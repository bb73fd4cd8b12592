import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { mockServices } from '@backstage/backend-test-utils';
import express from 'express';
import request from 'supertest';
import { nullCharacters } from './nullCharacters';

const app = express()
  .use(nullCharacters())
  .get(/.*/, (_request, response) => {
    response.send('asked');
  })
  .use(
    MiddlewareFactory.create({
      config: mockServices.rootConfig(),
      logger: mockServices.rootLogger.mock(),
    }).error(),
  );

it.each(['/a%00b', '/a?filter=kind%3D%00', '/a?%00'])(
  'refuses %s before anything is asked',
  async path => {
    const { body } = await request(app).get(path).expect(400);
    expect(body.error.message).toMatch(/null character/);
  },
);

it('lets everything else pass', async () => {
  const { text } = await request(app).get('/a%2000?b=%2500').expect(200);
  expect(text).toBe('asked');
});
