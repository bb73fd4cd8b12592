import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode, temporaryFolder } from '../tests/support.mjs';

const module = JSON.stringify(new URL('./python.mjs', import.meta.url).href);
const script = `
  import { ensurePythonTools } from ${module};
  import { Progress } from ${JSON.stringify(new URL('./progress.mjs', import.meta.url).href)};
  console.log(JSON.stringify(await ensurePythonTools(new Progress(process.stderr))));`;

/** Runs it on a machine whose Python is this program, or missing. */
async function tryWith(t, python) {
  const folder = await temporaryFolder(t);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  if (python) {
    writeFileSync(join(bin, 'python3'), python);
    chmodSync(join(bin, 'python3'), 0o755);
  }
  const { output } = await runNode(['--input-type=module', '-e', script], {
    PATH: python ? `${bin}:/usr/bin:/bin` : bin,
    SLIPWAY_PYTHON: python ? 'python3' : '',
    SLIPWAY_CACHE_DIR: join(folder, 'cache'),
    SLIPWAY_DATA_DIR: join(folder, 'data'),
  });
  return {
    ...JSON.parse(output.trim().split('\n').at(-1)),
    left: readdirSync(join(folder)),
  };
}

test('without Python it says what is off and why, and goes on', async t => {
  const { path, missing } = await tryWith(t, undefined);
  assert.deepEqual(path, []);
  assert.match(
    missing[0],
    /Documentation pages are not built: Python 3\.10 or newer was not found/,
  );
  assert.match(missing[1], /Backups are off/);
});

test('a Python that is too old is named', async t => {
  const { missing } = await tryWith(t, '#!/bin/sh\necho 3.8\n');
  assert.match(missing[0], /Python is 3\.8, and 3\.10 or newer is needed/);
});

test('a Python without venv is told how to get it', async t => {
  const { missing } = await tryWith(
    t,
    '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *) echo 3.12;; esac\n',
  );
  assert.match(missing[0], /Python 3\.12 has no venv module .*python3-venv/);
});

test('a pip that fails leaves docs off and the rest running', async t => {
  const { missing } = await tryWith(
    t,
    '#!/bin/sh\ncase "$*" in *"print(1)"*) echo 1;; *version_info*) echo 3.12;; *) echo no network >&2; exit 1;; esac\n',
  );
  assert.match(
    missing[0],
    /Documentation pages are not built: .* See .*python-docs\.log; the next start tries again/,
  );
});
