import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { measureRequests } from './load.ts';

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

test('sends nothing to another machine', async () => {
  await assert.rejects(
    measureRequests(() => 'http://example.com/', options),
    /only talks to this machine/,
  );
});
