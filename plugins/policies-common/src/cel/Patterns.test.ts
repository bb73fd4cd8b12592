import { RE2JS } from '@bufbuild/re2';
import * as fc from 'fast-check';
import { characterKinds } from './characterKinds';
import { Patterns } from './Patterns';

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

/** By a table, and by walking along all places. */
const ways = (one: string) => [
  new Patterns().compile(one),
  new Patterns(0).compile(one),
];

describe('Patterns', () => {
  it('finds what RE2 finds', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 20 }), (one, texts) => {
        const theirs = RE2JS.compile(one);
        for (const ours of ways(one)) {
          for (const each of ['', ...texts]) {
            expect([each, ours.test(each)]).toEqual([each, theirs.test(each)]);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['(?i)k', '(?i)s', '(?i)é', '(?i)[k-m]', '\\p{Lu}', '[^\\p{L}]'])(
    'takes each character for what RE2 takes it: %s',
    one => {
      const theirs = RE2JS.compile(`^${one}$`);
      const [ours] = ways(`^${one}$`);
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
    ['x[xy]{900}[^xy]', 'x'],
    ['(x[xy]{30}){30}[^xy]', 'x'],
    ['(\\w+\\s+){300}', 'a '],
  ])('walks along the places of %s, whose states have no end', (one, near) => {
    const ours = new Patterns().compile(one);
    const theirs = RE2JS.compile(one);
    for (const each of [near.repeat(300), `${near.repeat(901)} z`]) {
      expect(ours.test(each)).toBe(theirs.test(each));
    }
    expect(ours.costOf(20_000)).toBeGreaterThan(100_000);
  });

  it('lets nothing be searched for what is endless when it is written out', () => {
    expect(new Patterns().compile('x{1000}'.repeat(20)).costOf(1)).toBe(
      Infinity,
    );
  });

  it('reads no more patterns when all of them together have taken enough', () => {
    const patterns = new Patterns();
    const costs = Array.from({ length: 200 }, (_, i) =>
      patterns.compile(`\\pL{1,${700 + i}}`).costOf(50),
    );
    expect(costs[0]).toBeLessThan(Infinity);
    const first = costs.indexOf(Infinity);
    expect(first).toBeGreaterThan(50);
    // Not even to see whether it is one.
    expect(patterns.compile('(').costOf(1)).toBe(Infinity);
  });

  it('parts many characters by short keys', () => {
    const one = Array.from({ length: 200 }, (_, i) =>
      String.fromCharCode(0x4e00 + 2 * i),
    ).join('');
    const { examples } = characterKinds(RE2JS.compile(one).re2().prog.inst);
    expect(examples.length).toBeGreaterThanOrEqual(200);
    expect(new Patterns().compile(one).test(`-${one}-`)).toBe(true);
  });

  it('asks of each class once what is of it, however often it is written', () => {
    const looksOf = (one: string) =>
      characterKinds(RE2JS.compile(one).re2().prog.inst).looks;
    expect(looksOf('\\pL{900}')).toBe(looksOf('\\pL'));
  });

  it('makes no more tables when all of them together have taken enough', () => {
    const patterns = new Patterns(1_000);
    const costs = Array.from({ length: 10 }, (_, i) =>
      patterns.compile(`^a{${i + 20}}$`).costOf(50),
    );
    expect(costs[0]).toBe(10);
    expect(costs.at(-1)).toBeGreaterThan(10);
  });
});
