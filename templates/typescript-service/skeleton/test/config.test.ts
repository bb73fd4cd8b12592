import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../src/config.ts';

test('has defaults for everything', () => {
  assert.equal(readConfig({}).PORT, 3000);
});

test('names each variable that is wrong, and no value', () => {
  assert.throws(
    () => readConfig({ PORT: 'hunter2', LOG_LEVEL: 'loud' }),
    (error: Error) =>
      error.message.includes('PORT') &&
      error.message.includes('LOG_LEVEL') &&
      !error.message.includes('hunter2'),
  );
});
