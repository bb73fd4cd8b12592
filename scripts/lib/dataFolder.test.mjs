import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contents } from './dataFolder.mjs';
import { root } from './paths.mjs';

test('reset knows whatever the configuration puts into the data folder', () => {
  const files = globSync(
    ['app-config*.yaml', 'packages/local-stack/app-config*.yaml'],
    { cwd: root },
  );
  const names = files.flatMap(file =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /\$\{SLIPWAY_DATA_DIR\}\/([\w.-]+)/g,
      ),
    ].map(match => match[1]),
  );
  assert.ok(names.includes('techdocs'));
  assert.deepEqual(
    names.filter(name => !Object.hasOwn(contents, name)),
    [],
  );
});
