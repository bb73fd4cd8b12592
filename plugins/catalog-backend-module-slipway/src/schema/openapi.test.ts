import { createValidatedOpenApiRouter } from '@backstage/backend-openapi-utils';
import express from 'express';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { parse } from 'yaml';

it('is valid OpenAPI', async () => {
  const text = readFileSync(path.resolve(__dirname, 'openapi.yaml'), 'utf8');
  const app = express().use(
    // Validates the contract before it answers the first request.
    createValidatedOpenApiRouter(parse(text)),
  );
  expect((await request(app).get('/anything')).status).toBe(404);
});
