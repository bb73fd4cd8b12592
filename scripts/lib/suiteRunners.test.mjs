import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readSummaries, resultOf, runNodeTests } from './suiteRunners.mjs';

const HEADER = `
  import { existsSync, writeFileSync } from 'node:fs';
  import { test } from 'node:test';
`;
const GOOD = `${HEADER} test('good', () => {});`;

/** Runs files of these texts as a suite. */
async function runFiles(t, texts, options) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-suite-'));
  t.after(() => rm(folder, { recursive: true }));
  const files = [];
  for (const [name, text] of Object.entries(texts)) {
    files.push(join(folder, name));
    await writeFile(files.at(-1), text.replaceAll('FOLDER', folder));
  }
  const said = [];
  const again = [];
  // The run of these tests says in its environment that it is one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const result = await runNodeTests(
    {
      name: 'a suite',
      logDir: folder,
      env,
      postgres: async () => ({ connectionString: '' }),
      say: text => said.push(text),
      again: file => again.push(basename(file)),
      signal: new AbortController().signal,
    },
    files,
    options,
  );
  return { result, again, said: said.join('\n') };
}

test('files of tests are counted together', async t => {
  const { result, said } = await runFiles(t, {
    'a.test.mjs': GOOD,
    'b.test.mjs': `${HEADER} test('parent', t => t.test('child', () => {}));`,
  });
  assert.deepEqual(result, { passed: 3, failed: 0 });
  assert.equal(said, '');
});

test('files are begun in the order in which they are given', async t => {
  const note = `${HEADER}
    import { appendFileSync, readFileSync } from 'node:fs';
    import { basename } from 'node:path';
    test('note', () => {
      appendFileSync('FOLDER/order', basename(import.meta.filename)[0]);
    });`;
  const { result } = await runFiles(
    t,
    {
      'c.test.mjs': note,
      'a.test.mjs': note,
      'b.test.mjs': `${note} test('order', () => {
        if (readFileSync('FOLDER/order', 'utf8') !== 'cab') throw new Error('not so');
      });`,
    },
    { concurrency: 1 },
  );
  assert.deepEqual(result, { passed: 4, failed: 0 });
});

const MOODY = {
  'a.test.mjs': GOOD,
  'moody.test.mjs': `${GOOD}
    test('moody', () => {
      if (!existsSync('FOLDER/flag')) {
        writeFileSync('FOLDER/flag', '');
        throw new Error('not in the mood');
      }
    });`,
};

test('a file that fails is tried again alone, which is said, and that counts', async t => {
  const { result, again, said } = await runFiles(t, MOODY);
  assert.deepEqual(result, { passed: 3, failed: 0 });
  assert.deepEqual(again, ['moody.test.mjs']);
  assert.match(said, /not in the mood/);
  assert.match(said, /moody\.test\.mjs failed, and is tried again alone/);
});

test('where nothing is tried again, a file that fails has failed', async t => {
  const { result, again } = await runFiles(t, MOODY, { once: true });
  assert.deepEqual(result, { passed: 2, failed: 1 });
  assert.deepEqual(again, []);
});

test('a file that fails twice has failed, as has one that ends without a word', async t => {
  const { result } = await runFiles(t, {
    'a.test.mjs': GOOD,
    'bad.test.mjs': `${GOOD} test('bad', () => { throw new Error('bad'); });`,
    'gone.test.mjs': 'process.exit(3);',
  });
  assert.deepEqual(result, { passed: 2, failed: 2 });
});

test('what was skipped, cancelled or left to do counts as failed', async t => {
  const { result } = await runFiles(t, {
    'a.test.mjs': `${GOOD}
      test.skip('skipped', () => {});
      test.todo('to do');
      test('too long', { timeout: 20 }, () => new Promise(resolve => setTimeout(resolve, 500)));`,
  });
  assert.deepEqual(result, { passed: 1, failed: 3 });
});

test('summaries without an end are no result', () => {
  const counts = { tests: 2, passed: 1 };
  assert.deepEqual(readSummaries(JSON.stringify({ file: 'a', counts })), {
    result: undefined,
    byFile: new Map([['a', { passed: 1, failed: 1 }]]),
  });
});

test('reports of jest are counted: what was skipped, and a file that could not be loaded, count as failed', () => {
  const tests = (...all) => all.map(status => ({ status }));
  assert.deepEqual(
    resultOf({
      testResults: [
        { status: 'passed', assertionResults: tests('passed', 'passed') },
        {
          status: 'failed',
          assertionResults: tests('passed', 'failed', 'pending', 'todo'),
        },
        { status: 'failed', assertionResults: [] },
      ],
    }),
    { passed: 3, failed: 4 },
  );
});

test('each file that was not heard of fails when the runner is killed', async t => {
  // The runner is the parent of the file's process.
  const kill = `${HEADER} test('kill', () => {
    process.kill(process.ppid, 'SIGKILL');
    return new Promise(resolve => setTimeout(resolve, 200));
  });`;
  const { result } = await runFiles(
    t,
    { 'a.test.mjs': GOOD, 'b.test.mjs': kill, 'c.test.mjs': GOOD },
    { concurrency: 1 },
  );
  // Of those tried again alone, the killing one kills again.
  assert.deepEqual(result, { passed: 2, failed: 1 });
});
