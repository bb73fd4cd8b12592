import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { mockServices } from '@backstage/backend-test-utils';
import express from 'express';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import request from 'supertest';
import { parse } from 'yaml';
import { securityHeaders } from './securityHeaders';

const root = resolve(__dirname, '../../../..');
const shipped = parse(readFileSync(resolve(root, 'app-config.yaml'), 'utf8'));

async function get(path: string) {
  const middleware = MiddlewareFactory.create({
    config: mockServices.rootConfig({
      data: { backend: { csp: shipped.backend.csp } },
    }),
    logger: mockServices.logger.mock(),
  });
  const app = express();
  app.use(middleware.helmet(), securityHeaders());
  app.get('*', (_req, res) => {
    res.type('html').send('<script>steal()</script>');
  });
  const { headers } = await request(app).get(path);
  const policy = new Map(
    headers['content-security-policy']
      .split(';')
      .map((each: string): [string, string] => {
        const [name, ...values] = each.trim().split(' ');
        return [name, values.join(' ')];
      }),
  );
  return { headers, policy };
}

it('lets pages run the portal’s own scripts only, and nobody frame them', async () => {
  const { headers, policy } = await get('/catalog/page.html');
  expect(Object.fromEntries(policy)).toEqual({
    'default-src': "'self'",
    'base-uri': "'self'",
    'connect-src': "'self'",
    'font-src': "'self' data:",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'img-src': "'self' data: https:",
    'object-src': "'none'",
    'script-src': "'self' 'unsafe-eval'",
    'script-src-attr': "'none'",
    'style-src': "'self' 'unsafe-inline'",
  });
  expect(headers).toMatchObject({
    'strict-transport-security': expect.stringMatching(/max-age=\d{8}/),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': expect.stringContaining('camera=()'),
  });
});

it.each([
  '/api/techdocs/static/docs/page.html',
  '/API/techdocs/static/docs/page.html',
])('lets nothing run that the API answers: %s', async path => {
  const { headers, policy } = await get(path);
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.has('script-src')).toBe(false);
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
});
