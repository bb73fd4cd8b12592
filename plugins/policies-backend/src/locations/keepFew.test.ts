import { keepFew } from './keepFew';

const problemsOf = (file: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    file,
    line: i + 1,
    column: 1,
    message: 'It is wrong.',
  }));

describe('keepFew', () => {
  it('keeps all when they are few', () => {
    const few = [...problemsOf('a', 2), ...problemsOf('b', 1)];
    expect(keepFew(few, 3)).toEqual(few);
  });

  it('keeps the first of each file, in their order', () => {
    const many = [
      ...problemsOf('a', 1_000),
      ...problemsOf('b', 2),
      ...problemsOf('c', 1_000),
    ];
    expect(keepFew(many, 8)).toEqual([
      ...problemsOf('a', 3),
      ...problemsOf('b', 2),
      ...problemsOf('c', 3),
    ]);
  });
});
