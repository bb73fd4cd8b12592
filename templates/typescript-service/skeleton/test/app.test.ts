import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Dependencies } from '../src/dependencies.ts';

const config = readConfig({ LOG_LEVEL: 'silent' });

function dependencies(overrides: Partial<Dependencies> = {}): Dependencies {
  return {
    checks: [],
    addRoutes: () => undefined,
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...overrides,
  };
}

test('says that it is alive', async () => {
  const response = await createApp(config, dependencies()).inject('/healthz');
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { status: 'ok' });
});

test('is not ready while something it needs does not answer', async () => {
  const app = createApp(
    config,
    dependencies({
      checks: [
        { name: 'here', run: () => Promise.resolve() },
        { name: 'gone', run: () => Promise.reject(new Error('secret host')) },
      ],
    }),
  );
  const response = await app.inject('/readyz');
  assert.equal(response.statusCode, 503);
  assert.deepEqual(response.json(), {
    status: 'not ready',
    checks: { here: 'ok', gone: 'failed' },
  });
});

test('is not ready while it shuts down, but alive', async () => {
  const app = createApp(config, dependencies(), { accepting: false });
  assert.equal((await app.inject('/readyz')).statusCode, 503);
  assert.equal((await app.inject('/healthz')).statusCode, 200);
});

test('counts requests by route, not by address', async () => {
  const app = createApp(config, dependencies());
  await app.inject('/api/v1/about');
  await app.inject('/no/such/page');
  const { body } = await app.inject('/metrics');
  assert.match(
    body,
    /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/about",status_code="200"\} 1/,
  );
  assert.doesNotMatch(body, /no\/such\/page/);
  assert.match(body, /process_cpu_seconds_total/);
});

test('keeps a request id that is safe, and replaces one that is not', async () => {
  const app = createApp(config, dependencies());
  const kept = await app.inject({
    url: '/healthz',
    headers: { 'x-request-id': 'order-42' },
  });
  assert.equal(kept.headers['x-request-id'], 'order-42');
  const replaced = await app.inject({
    url: '/healthz',
    headers: { 'x-request-id': 'a b {"level":60}' },
  });
  assert.match(String(replaced.headers['x-request-id']), /^[0-9a-f-]{36}$/);
});
