import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSecrets } from './secrets.ts';
import { temporaryFolder } from './testing/startServer.ts';

test('keys that a killed start was just writing down do not stay', async t => {
  const dataDir = temporaryFolder(t);
  for (const name of ['secrets.json.4711.draft', 'secrets.json.aside']) {
    writeFileSync(join(dataDir, name), '{"sealingKey":"half-writ');
  }
  const secrets = await loadSecrets(dataDir);
  assert.deepEqual(readdirSync(dataDir).sort(), [
    'secrets.json',
    'secrets.json.aside',
  ]);
  assert.equal(statSync(join(dataDir, 'secrets.json')).mode % 0o1000, 0o600);

  writeFileSync(join(dataDir, 'secrets.json.4712.draft'), 'of a later one');
  assert.deepEqual(await loadSecrets(dataDir), secrets);
  assert.equal(readdirSync(dataDir).length, 2);
});
