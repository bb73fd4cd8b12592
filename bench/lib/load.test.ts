import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureLatencies, measureRequests } from './load.ts';

const options = {
  connections: 4,
  seconds: 0.3,
  warmUp: 10,
  maxRequests: 50,
  headers: { authorization: 'Bearer x' },
};

test('counts answers within its limits, and stops at an answer that is none', async t => {
  const seen: string[] = [];
  let status = 200;
  const server = createServer((req, res) => {
    seen.push(`${req.url} ${req.headers.authorization}`);
    res.writeHead(status).end('ok');
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  t.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  // How many depends on how busy the machine is: that the answers were counted is what matters.
  assert.ok((await measureRequests(n => `${base}/${n}`, options)) > 0);
  assert.ok(seen.length > options.warmUp);
  assert.ok(seen.length <= 10 + 50 + 2 * options.connections);
  assert.ok(seen.includes('/0 Bearer x'));

  status = 401;
  await assert.rejects(
    measureRequests(() => base, options),
    /401/,
  );
});

test('measures how long answers take at a pace that does not follow them', async t => {
  let status = 200;
  let waiting = 0;
  let together = 0;
  const server = createServer(async (_req, res) => {
    waiting += 1;
    together = Math.max(together, waiting);
    await sleep(50);
    waiting -= 1;
    res.writeHead(status).end('ok');
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  t.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const measure = (until: Promise<void>) =>
    measureLatencies(() => base, { perSecond: 100, headers: {}, until });

  const latencies = await measure(sleep(500));
  assert.ok(latencies.length > 10 && latencies.length <= 51);
  assert.ok(Math.min(...latencies) > 45);
  // Nobody waited for the one before.
  assert.ok(together > 1);

  await assert.rejects(measure(Promise.reject(new Error('broken'))), /broken/);
  status = 503;
  await assert.rejects(
    measure(sleep(60_000, undefined, { ref: false })),
    /503/,
  );
});

test('sends nothing to another machine', async () => {
  await assert.rejects(
    measureRequests(() => 'http://example.com/', options),
    /only talks to this machine/,
  );
});
