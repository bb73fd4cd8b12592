import { createValidatedOpenApiRouter } from '@backstage/backend-openapi-utils';
import express from 'express';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { parse } from 'yaml';
import { spec } from './openapi';

type OpenApiDocument = Parameters<typeof createValidatedOpenApiRouter>[0];

it('is generated from the contract as it is', () => {
  const text = readFileSync(path.resolve(__dirname, 'openapi.yaml'), 'utf8');
  expect(spec).toEqual(parse(text));
});

it('is valid OpenAPI', async () => {
  const app = express().use(
    // Validates the contract before it answers the first request.
    createValidatedOpenApiRouter(spec as OpenApiDocument),
  );
  expect((await request(app).get('/anything')).status).toBe(404);

  // It says on the console what is wrong.
  jest.spyOn(console, 'error').mockImplementation();
  const broken = express().use(
    createValidatedOpenApiRouter({
      ...spec,
      info: {},
    } as unknown as OpenApiDocument),
  );
  expect((await request(broken).get('/anything')).status).toBe(500);
});
