import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode, temporaryFolder } from '../tests/support.mjs';
import { readLock, takeLock } from './lock.mjs';

const modulePath = JSON.stringify(new URL('./lock.mjs', import.meta.url).href);

test('a held lock names its holder; a released one can be taken', async t => {
  const path = join(await temporaryFolder(t), 'lock');
  const lock = takeLock(path, { url: 'here' });
  assert.equal(takeLock(path).holder.pid, process.pid);
  assert.equal(takeLock(path).holder.url, 'here');
  lock.update({ url: 'there' });
  assert.equal(readLock(path).url, 'there');
  lock.release();
  assert.ok(!existsSync(path));
});

test('the lock of a process that was killed is taken over', async t => {
  const path = join(await temporaryFolder(t), 'lock');
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { takeLock } from ${modulePath}; takeLock(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1000);`,
  ]);
  await once(child.stdout, 'data');
  assert.equal(takeLock(path).holder.pid, child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(takeLock(path).holder, undefined);
  assert.equal(readLock(path).pid, process.pid);
});

test('a pid that somebody else has by now does not hold the lock', async t => {
  const path = join(await temporaryFolder(t), 'lock');
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'earlier' }));
  assert.equal(takeLock(path).holder, undefined);
});

test('a lock file that makes no sense is replaced', async t => {
  const path = join(await temporaryFolder(t), 'lock');
  writeFileSync(path, '{"pid": 1');
  assert.equal(takeLock(path).holder, undefined);
});

test('of many that find a dead holder at the same time one gets the lock', async t => {
  const path = join(await temporaryFolder(t), 'lock');
  writeFileSync(path, JSON.stringify({ pid: 999_999_999, started: 'never' }));
  const contender = `
    import { takeLock } from ${modulePath};
    const lock = takeLock(${JSON.stringify(path)});
    console.log(lock.holder ? 'refused' : 'taken');
    setTimeout(() => {}, 1500);`;
  const results = await Promise.all(
    Array.from({ length: 6 }, () =>
      runNode(['--input-type=module', '-e', contender]),
    ),
  );
  const taken = results.filter(({ output }) => output.includes('taken'));
  assert.equal(taken.length, 1, JSON.stringify(results));
});
