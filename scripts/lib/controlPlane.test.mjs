import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ensureControlPlane } from './controlPlane.mjs';

const progress = {
  step: () => assert.fail('Nothing is to be built'),
};
const before = { ...process.env };
let folder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-control-plane-'));
  process.env.SLIPWAY_CACHE_DIR = folder;
  process.env.PATH = folder;
  delete process.env.SLIPWAY_TEST_ETCD;
  delete process.env.SLIPWAY_TEST_KUBE_APISERVER;
});

afterEach(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true, force: true });
});

test("takes a user's own programs and builds none", async () => {
  const own = {
    SLIPWAY_TEST_ETCD: '/opt/etcd',
    SLIPWAY_TEST_KUBE_APISERVER: '/opt/kube-apiserver',
  };
  Object.assign(process.env, own);
  assert.deepEqual(await ensureControlPlane(progress), own);
});

test('says what is missing, and the way out, when there is no Go', async () => {
  process.env.SLIPWAY_TEST_ETCD = '/opt/etcd';
  await assert.rejects(ensureControlPlane(progress), error => {
    assert.match(
      error.message,
      /kube-apiserver cannot be built: there is no Go/,
    );
    assert.match(error.wayOut, /SLIPWAY_TEST_KUBE_APISERVER/);
    return true;
  });
});
