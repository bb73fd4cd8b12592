import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTap, resultOf } from './suiteRunners.mjs';

const end = numbers =>
  Object.entries(numbers)
    .map(([name, number]) => `# ${name} ${number}`)
    .join('\n');

test('TAP is counted', () => {
  const text = end({
    tests: 5,
    pass: 4,
    fail: 1,
    cancelled: 0,
    skipped: 0,
    todo: 0,
  });
  assert.deepEqual(countTap(text), { passed: 4, failed: 1 });
});

test('what was skipped, cancelled or left to do counts as failed', () => {
  const text = end({ pass: 4, fail: 0, cancelled: 1, skipped: 2, todo: 3 });
  assert.deepEqual(countTap(text), { passed: 4, failed: 6 });
});

test('output without an end is no result', () => {
  assert.equal(countTap('ok 1 - something'), undefined);
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
