import { isSameSecret, secretName } from './secretName';

it.each([
  'database/4f1d/workload',
  '../../etc',
  '🦩',
  '-',
  'x'.repeat(200),
  `${'x'.repeat(79)}/y`,
])('names %j as every store takes it', id => {
  expect(secretName(id)).toMatch(/^[a-z0-9]([a-z0-9-]{0,111}[a-z0-9])?$/);
});

it('tells ids apart that look alike', () => {
  const ids = ['a/b', 'a-b', 'A/b', 'a/b/', ' a/b', 'a//b'];
  expect(new Set(ids.map(secretName)).size).toBe(ids.length);
  expect(secretName('a/b')).toMatch(/^a-b-[0-9a-f]{32}$/);
});

it('compares values', () => {
  expect(isSameSecret('hunter2', 'hunter2')).toBe(true);
  expect(isSameSecret('hunter2', 'hunter22')).toBe(false);
});
