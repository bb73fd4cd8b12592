import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOf } from '../../packages/local-stack/src/processes/processes.mjs';
import { temporaryFolder } from '../tests/support.mjs';
import { Advice } from './advice.mjs';
import { outputOf, runLogged, stopRunning } from './run.mjs';

const node = process.execPath;

async function failureOf(t, code) {
  const log = join(await temporaryFolder(t), 'tool.log');
  let failure;
  await runLogged(node, ['-e', code], {
    log,
    what: 'It could not be done',
  }).catch(error => {
    failure = error;
  });
  assert.ok(failure instanceof Advice);
  return { failure, log };
}

test('a tool’s output goes to its log', async t => {
  const log = join(await temporaryFolder(t), 'deep', 'tool.log');
  await runLogged(node, ['-e', 'console.log("hello")'], { log, what: 'x' });
  assert.equal(readFileSync(log, 'utf8'), 'hello\n');
});

test('a failure shows the last lines and where the rest is', async t => {
  const { failure, log } = await failureOf(
    t,
    'for (let i = 0; i < 100; i++) console.log("line", i); process.exitCode = 3',
  );
  assert.match(failure.message, /It could not be done: .* ended with 3/);
  assert.match(failure.message, /line 99/);
  assert.doesNotMatch(failure.message, /line 10\b/);
  assert.equal(failure.log, log);
});

test('a full disk is said in plain words', async t => {
  const { failure } = await failureOf(
    t,
    'console.error("ENOSPC: no space left on device, write"); process.exitCode = 1',
  );
  assert.equal(failure.message, 'It could not be done: the disk is full.');
  assert.match(failure.wayOut, /Free some space/);
});

test('a tool that is not there is no mystery', async t => {
  const log = join(await temporaryFolder(t), 'tool.log');
  await assert.rejects(
    runLogged('no-such-tool', [], { log, what: 'It could not be done' }),
    /no-such-tool ENOENT/,
  );
  assert.equal(await outputOf('no-such-tool', []), undefined);
});

// The last one: nothing runs in this process afterwards.
test('what runs is stopped with what it started, and nothing begins any more', async t => {
  const log = join(await temporaryFolder(t), 'tool.log');
  const options = { log, what: 'It could not be done' };
  const running = runLogged(
    node,
    [
      '-e',
      'console.log(require("node:child_process").spawn("sleep", ["600"], { stdio: "ignore" }).pid); setInterval(() => {}, 1e6)',
    ],
    options,
  );
  running.catch(() => {});
  let pid;
  while (!(pid = Number(readFileSync(log, 'utf8')))) {
    await sleep(20);
  }
  stopRunning();
  await assert.rejects(running, /was stopped by SIGTERM/);
  while (startOf(pid)) {
    await sleep(20);
  }
  await assert.rejects(runLogged(node, ['-v'], options), /is ending/);
});
