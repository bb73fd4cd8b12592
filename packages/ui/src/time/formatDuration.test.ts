import { formatDuration } from './formatDuration';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [340, '340 ms'],
    [12_400, '12 s'],
    [60_000, '1 min'],
    [245_000, '4 min 5 s'],
    [7_200_000, '2 h'],
    [7_261_000, '2 h 1 min'],
    [90_000_000, '1 d 1 h'],
  ])('says %d ms as "%s"', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
