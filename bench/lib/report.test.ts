import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compare,
  compareToLimit,
  formatTable,
  median,
  quantile,
} from './report.ts';

const duration = {
  measure: 'start',
  unit: 's',
  better: 'lower' as const,
  ours: [5, 6, 70],
  bare: [6, 6, 6],
};

test('takes medians, so that one slow round does not decide', () => {
  assert.equal(median([3, 1, 2], 'x'), 2);
  assert.equal(median([4, 1, 2, 3], 'x'), 2.5);
  assert.equal(compare(duration, 0.05).ours, 6);
});

test('finds the value below which a share lies', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  assert.equal(quantile(values, 0.95), 96);
  assert.equal(quantile([7], 0.99), 7);
});

test('meets the target up to the noise and not beyond', () => {
  assert.equal(compare({ ...duration, ours: [6.3] }, 0.05).met, true);
  const missed = compare({ ...duration, ours: [6.31] }, 0.05);
  assert.deepEqual(
    [missed.ratio, missed.target, missed.met],
    [1.052, '<= 1.05', false],
  );
});

test('wants a rate to be high', () => {
  const rate = { ...duration, unit: 'requests/s', better: 'higher' as const };
  const slower = compare({ ...rate, ours: [90], bare: [100] }, 0.05);
  assert.deepEqual(
    [slower.ratio, slower.target, slower.met],
    [0.9, '>= 0.95', false],
  );
  assert.equal(compare({ ...rate, ours: [96], bare: [100] }, 0.05).met, true);
});

test('holds ours to a limit, whatever bare takes', () => {
  const result = compareToLimit({ ...duration, ours: [4.9], bare: [0.1] }, 5);
  assert.deepEqual(
    [result.ratio, result.target, result.met],
    [49, '< 5 s', true],
  );
  assert.equal(compareToLimit({ ...duration, ours: [5] }, 5).met, false);
  assert.throws(() => compareToLimit({ ...duration, ours: [] }, 5), /start/);
});

test('refuses a measurement that did not happen', () => {
  assert.throws(() => compare({ ...duration, ours: [] }, 0.05), /start/);
  assert.throws(() => compare({ ...duration, ours: [NaN] }, 0.05), /start/);
  assert.throws(() => compare({ ...duration, bare: [0] }, 0.05), /0 s/);
});

test('prints what was missed so that it is seen', () => {
  const table = formatTable([compare({ ...duration, ours: [60] }, 0.05)]);
  assert.match(table, /start\s+s\s+60\s+6\s+10\.00\s+<= 1\.05\s+NO/);
});
