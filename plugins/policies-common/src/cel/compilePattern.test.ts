import { RE2JS } from '@bufbuild/re2';
import * as fc from 'fast-check';
import { compilePattern } from './compilePattern';

/** Parts of patterns, and texts that are likely to be near to what they look for. */
const parts = fc.constantFrom(
  ...['a', 'K', 's', 'é', '€', '𝒳', '.', '\\w', '\\d', '\\s', '\\pL', '[^a]'],
  ...['[a-f0-9]', '[^\\n]', '^', '$', '\\A', '\\z', '\\b', '\\B', '-', 'ab'],
);
const pattern = fc.letrec<{ any: string }>(tie => ({
  any: fc.oneof(
    { withCrossShrink: true, maxDepth: 3 },
    parts,
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => a + b),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie('any'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?'))
      .map(([a, often]) => `(${a})${often}`),
    tie('any').map(a => `(?i:${a})`),
    tie('any').map(a => `(?m:${a})`),
    tie('any').map(a => `(?s:${a})`),
  ),
})).any;
const text = fc
  .array(
    fc.constantFrom(
      ...['a', 'A', 'k', 'K', '\u212a', 's', '\u017f', 'é', 'É', '€', '𝒳'],
      ...['b', '0', '_', '-', ' ', '\n', '\ud835', '\udc00', 'ß', '\0'],
    ),
    { maxLength: 12 },
  )
  .map(each => each.join(''));

describe('compilePattern', () => {
  it('finds what RE2 finds', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 20 }), (one, texts) => {
        const theirs = RE2JS.compile(one);
        const ours = compilePattern(one);
        for (const each of ['', ...texts]) {
          expect([each, ours.test(each)]).toEqual([each, theirs.test(each)]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['(?i)k', '(?i)s', '(?i)é', '(?i)[k-m]', '\\p{Lu}', '[^\\p{L}]'])(
    'takes each character for what RE2 takes it: %s',
    one => {
      const theirs = RE2JS.compile(`^${one}$`);
      const ours = compilePattern(`^${one}$`);
      const differ = [];
      // Beyond are only ideographs, and what has no letter yet.
      for (let each = 0; each <= 0x1ffff; each++) {
        const letter = String.fromCodePoint(each);
        if (ours.test(letter) !== theirs.test(letter)) differ.push(each);
      }
      expect(differ).toEqual([]);
    },
  );

  it.each([
    'x[xy]{900}[^xy]',
    '(x[xy]{30}){30}[^xy]',
    'x[xy]{16}[^xy]|([xy]?){90}z',
    '(\\w+\\s+){300}',
  ])('refuses %s, of which there is no end', one => {
    expect(() => compilePattern(one)).toThrow(/too many of its places at once/);
  });
});
