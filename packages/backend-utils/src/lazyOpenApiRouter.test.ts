import { createValidatedOpenApiRouter } from '@backstage/backend-openapi-utils';
import express from 'express';
import request from 'supertest';
import { lazyOpenApiRouter } from './lazyOpenApiRouter';

const spec = {
  openapi: '3.1.0',
  info: { title: 'boats', version: '1' },
  servers: [{ url: '/' }],
  paths: {
    '/boats/{id}': {
      get: {
        parameters: [
          {
            name: 'id',
            in: 'path',
            required: true,
            schema: { type: 'string', maxLength: 5 },
          },
        ],
        responses: { '200': { description: 'The boat' } },
      },
    },
  },
} as const;

const createRouter = async () =>
  createValidatedOpenApiRouter(spec, {
    validatorOptions: { validateApiSpec: false },
  });

function appWith(create: () => ReturnType<typeof createRouter>) {
  const router = lazyOpenApiRouter(create);
  router.get('/boats/:id', (req, res) => {
    res.json({ id: req.params.id } as never);
  });
  const errors: express.ErrorRequestHandler = (error, _req, res, _next) => {
    res
      .status(error.name === 'InputError' ? 400 : 500)
      .json({ message: error.message });
  };
  return express().use('/api', router).use(errors);
}

describe('lazyOpenApiRouter', () => {
  it('checks each request, the first one too, and prepares that once', async () => {
    const create = jest.fn(createRouter);
    const app = appWith(create);
    expect(create).not.toHaveBeenCalled();

    const [refused, answered] = await Promise.all([
      request(app).get('/api/boats/far-too-long'),
      request(app).get('/api/boats/nina'),
    ]);

    expect(refused.status).toBe(400);
    expect(refused.body.message).toMatch(/5 characters/);
    expect(answered.body).toEqual({ id: 'nina' });
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('lets nothing through when the check cannot be prepared, and tries again', async () => {
    const create = jest.fn(createRouter);
    create.mockRejectedValueOnce(new Error('out of files'));
    const app = appWith(create);

    const first = await request(app).get('/api/boats/nina');
    const second = await request(app).get('/api/boats/nina');

    expect(first.status).toBe(500);
    expect(second.status).toBe(200);
  });
});
