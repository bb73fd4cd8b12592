import { celList, celMap, type CelInput } from '@bufbuild/cel';
import { sayValue } from './sayValue';

describe('sayValue', () => {
  it.each([
    ['an "a"', '"an \\"a\\""'],
    [3n, '3'],
    [true, 'true'],
    [null, 'null'],
    [celList([]), '[]'],
    [celList([1n, celList(['a', null])]), '[1, ["a", null]]'],
    [
      celMap(
        new Map<string, CelInput>([
          ['a', 1n],
          ['b', celList([2n])],
        ]),
      ),
      '{"a": 1, "b": [2]}',
    ],
  ])('says %s', (value, text) => {
    expect(sayValue(value)).toBe(text);
  });

  it('says the beginning of what is long, wide or deep, and looks at no more', () => {
    let looks = 0;
    const endless = {
      *[Symbol.iterator](): Generator<unknown> {
        for (;;) {
          looks += 1;
          yield endless;
        }
      },
    };
    let wide = celList(Array.from({ length: 500 }, () => 1n));
    for (let depth = 0; depth < 50; depth += 1) {
      wide = celList(Array<typeof wide>(500).fill(wide));
    }
    for (const value of ['a'.repeat(1_000_000), wide, endless]) {
      expect(sayValue(value)).toHaveLength(201);
    }
    expect(looks).toBeLessThan(1_000);
  });
});
