import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openDependencies } from '../src/dependencies.ts';

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

test('openapi.yaml describes exactly the routes of the service', async () => {
  const document = parse(await readFile('openapi.yaml', 'utf8')) as OpenApi;
  const documented = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => `${method.toUpperCase()} ${path}`),
  );

  const config = readConfig({ LOG_LEVEL: 'silent' });
  const dependencies = openDependencies({
    DATABASE_URL: 'postgresql://localhost/nothing-is-asked-of-it',
  });
  const app = createApp(config, dependencies);
  await app.ready();
  for (const route of documented) {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    assert.ok(app.hasRoute({ method, url }), route);
  }
  const known = app
    .printRoutes({ commonPrefix: false })
    .match(/\((?:GET|POST|PUT|PATCH|DELETE)[^)]*\)/g);
  const served = (known ?? [])
    .flatMap(methods => methods.slice(1, -1).split(', '))
    .filter(method => method !== 'HEAD');
  assert.equal(served.length, documented.length);
  await app.close();
  await dependencies.close();
});
