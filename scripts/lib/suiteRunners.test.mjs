import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTap } from './suiteRunners.mjs';

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
