import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openDependencies, type Dependencies } from '../src/dependencies.ts';
import { startTestDatabase, type TestDatabase } from './testDatabase.ts';

const config = readConfig({ LOG_LEVEL: 'silent' });

let server: TestDatabase;
let dependencies: Dependencies;
let app: FastifyInstance;

before(async () => {
  server = await startTestDatabase();
  dependencies = openDependencies({ DATABASE_URL: server.url });
  app = createApp(config, dependencies);
  await dependencies.prepare(app.log);
});

after(async () => {
  await app.close();
  await dependencies.close();
  await server.stop();
});

test('is ready when the database answers', async () => {
  const response = await app.inject('/readyz');
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), {
    status: 'ready',
    checks: { database: 'ok' },
  });
});

test('keeps an item', async () => {
  const name = `lantern'); DROP TABLE items; -- ${Date.now()}`;
  const created = await app.inject({
    method: 'POST',
    url: '/api/v1/items',
    payload: { name },
  });
  assert.equal(created.statusCode, 201);
  const { body } = await app.inject('/api/v1/items');
  assert.ok(body.includes(JSON.stringify(name)));
});

test('refuses an item without a name, and says why', async () => {
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/items',
    payload: { name: ' ' },
  });
  assert.equal(response.statusCode, 400);
  assert.match(response.json<{ message: string }>().message, /^name: /);
});

test('migrates once, also when replicas start together', async () => {
  await Promise.all([
    dependencies.prepare(app.log),
    dependencies.prepare(app.log),
  ]);
});

test('is not ready when the database is gone', async () => {
  const gone = openDependencies({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
  });
  const other = createApp(config, gone);
  const response = await other.inject('/readyz');
  assert.equal(response.statusCode, 503);
  assert.deepEqual(response.json<{ checks: unknown }>().checks, {
    database: 'failed',
  });
  await gone.close();
});

test('names a variable that is missing, and never repeats a password', () => {
  assert.throws(() => openDependencies({}), /DATABASE_URL/);
  assert.throws(
    () => openDependencies({ DATABASE_URL: 'mysql://me:hunter2@host/db' }),
    (error: Error) => !error.message.includes('hunter2'),
  );
});
