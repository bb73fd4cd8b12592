import { bytes, contentsInWords } from './backupWords';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_600_000, '1.5 MiB'],
  [250 * 1024 ** 3, '250 GiB'],
])('writes %d as %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

it('names what people look for, and one of it as one', () => {
  expect(contentsInWords({ rows: 1, tables: 2, indexes: 9 })).toBe(
    '2 tables, 1 row',
  );
  expect(contentsInWords({})).toBe('');
});
