import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../lib/paths.mjs';

let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-policies-'));
  cpSync(join(root, 'policies', 'backup-retention'), folder, {
    recursive: true,
  });
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command in the folder. NODE_OPTIONS of the suite compile TypeScript in it as well. */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'policies', 'main.mjs'), ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    },
  );
  return { status, text: stdout + stderr };
}

function change(file, from, to) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
  return () => writeFileSync(path, text);
}

test('runs the cases beside a policy', () => {
  const { status, text } = run('test', 'policy.yaml');
  assert.match(text, /1 policy, 6 cases: 6 pass, 0 fail/);
  assert.equal(status, 0);
});

test('says which case fails, why, and where it is written', () => {
  const undo = change('policy.yaml', 'leastDays: 30', 'leastDays: 5');
  const { status, text } = run('test', 'policy.yaml');
  undo();
  assert.equal(status, 1);
  assert.match(
    text,
    /✗ backup-retention: backups for a week\n {2}It should fail\. It passes\.\n {2}cases\.yaml:\d+/,
  );
});

test('says where a policy is wrong', () => {
  const undo = change(
    'policy.yaml',
    'object.backup.enabled',
    'object.backup.on',
  );
  const { status, text } = run('test', '.');
  undo();
  assert.equal(status, 1);
  assert.match(
    text,
    /policy\.yaml:\d+:\d+: spec\.validations\[0\]\.expression: Backup has no field "on"/,
  );
});

test('wants a failing case for each rule', () => {
  const undo = change(
    'cases.yaml',
    'expect: { field: backup.enabled }',
    'expect: pass',
  );
  const undoRequest = change('cases.yaml', 'enabled: false', 'enabled: true');
  const { status, text } = run('test', 'cases.yaml');
  undoRequest();
  undo();
  assert.equal(status, 1);
  assert.match(
    text,
    /backup-retention has no case that fails by spec\.validations\[0\]\. Add one\./,
  );
});

test('explains a request, and fails when it is refused', () => {
  const request = join(folder, 'request.json');
  const object = {
    name: 'orders',
    environment: 'production',
    backup: { enabled: true, retentionDays: 3 },
  };
  writeFileSync(request, JSON.stringify({ kind: 'DatabaseRequest', object }));
  const refused = run('explain', '--policies', 'policy.yaml', request);
  assert.match(
    refused.text,
    /backup\.retentionDays: Backups in production are kept for 30 to 365 days, not for 3\.\n {6}Why: .*\n {6}To comply: /,
  );
  assert.match(refused.text, /Refused, with 1 finding\n/);
  // The portal would find these out.
  assert.match(
    refused.text,
    /Not given: version, pricePerMonth, encrypted, highAvailability\. /,
  );
  assert.equal(refused.status, 1);

  object.environment = 'staging';
  writeFileSync(request, JSON.stringify({ kind: 'DatabaseRequest', object }));
  const allowed = run('explain', '--policies', 'policy.yaml', request);
  assert.match(
    allowed.text,
    /backup-retention: it is about the environments production/,
  );
  assert.equal(allowed.status, 0);
});

test('explains a request by what a portal is configured with', () => {
  const request = join(folder, 'request.json');
  const backup = { enabled: true, retentionDays: 10 };
  const object = { name: 'orders', environment: 'production', backup };
  writeFileSync(request, JSON.stringify({ kind: 'DatabaseRequest', object }));
  const explain = (...options) =>
    run('explain', '--policies', 'policy.yaml', ...options, request);
  const shipped = explain();
  assert.equal(shipped.status, 1);
  assert.match(
    shipped.text,
    /Parameters are those in the policies\. .*--config/,
  );

  const configure = (file, params) =>
    writeFileSync(join(folder, file), JSON.stringify({ policies: { params } }));
  configure('base.json', { 'backup-retention': { leastDays: 20 }, other: {} });
  configure('more.json', { 'backup-retention': { leastDays: 7 } });
  assert.equal(explain('--config', 'base.json').status, 1);
  const configured = explain('--config', 'base.json', '--config', 'more.json');
  assert.equal(configured.status, 0);
  assert.match(
    configured.text,
    /Not used: policies\.params of other, which is not/,
  );
  assert.doesNotMatch(configured.text, /Parameters are those/);

  configure('more.json', { 'backup-retention': { leastDays: 'seven' } });
  assert.match(explain('--config', 'more.json').text, /leastDays/);
  assert.match(explain('--config', 'none.yaml').text, /cannot be read.*none/);
});

test('says what is wrong with a request and with the command line', () => {
  const request = join(folder, 'wrong.yaml');
  writeFileSync(request, 'kind: DatabaseRequest\nobjekt: {}\n');
  const wrong = run('explain', request);
  assert.match(wrong.text, /wrong\.yaml:2:1: objekt is not known/);
  assert.equal(wrong.status, 1);
  assert.match(run('explain').text, /Give one file with a request/);
  assert.match(run('judge').text, /test or explain, not "judge"/);
  assert.match(run('test', 'nowhere').text, /no file or folder nowhere/);
});
