import { parseYaml, toPlainValue } from './parseYaml';

const MOST = 2 ** 20;

function valuesOf(text: string, mostSize = MOST) {
  return parseYaml(text).documents.map(document =>
    toPlainValue(document, mostSize),
  );
}

const anchors = Array.from({ length: 1_500 }, (_, n) => `- &a${n} x\n`).join(
  '',
);
const aliases = (count: number) =>
  Array.from({ length: count }, (_, n) => `*a${n % 1_500}`).join(', ');

describe('parseYaml', () => {
  it('reads documents, with aliases as one writes them', () => {
    expect(
      valuesOf('a: &a { b: [1, true, ~, x] }\nc: *a\n---\n---\n- 2001-01-01\n'),
    ).toEqual([
      { a: { b: [1, true, null, 'x'] }, c: { b: [1, true, null, 'x'] } },
      null,
      ['2001-01-01'],
    ]);
    expect(valuesOf(`${anchors}- [${aliases(100)}]`)).toHaveLength(1);
  });

  it('says on which line a node is', () => {
    const { documents, lineOf } = parseYaml('a: 1\n---\nb:\n  c: 2\n');
    expect(documents.map(({ contents }) => lineOf(contents!))).toEqual([1, 3]);
  });

  it('reads a file as it would without a version', () => {
    expect(valuesOf('!!set { a, b }')).toEqual([{ a: null, b: null }]);
  });

  it('says where something is wrong', () => {
    expect(() => parseYaml('a: 1\nb: [1')).toThrow(
      /^line 2, column 6: Flow sequence/,
    );
  });
});

describe('toPlainValue', () => {
  const times = (count: number) =>
    `a: &a ${'x'.repeat(1_000)}\nb: [${'*a,'.repeat(count)}]`;

  it('counts what an alias stands for each time', () => {
    expect(valuesOf(times(8), 10_000)).toHaveLength(1);
    expect(() => valuesOf(times(9), 10_000)).toThrow(
      /more than 10000 characters when its aliases are written out/,
    );
  });

  it('counts aliases of aliases', () => {
    const levels = Array.from(
      { length: 20 },
      (_, n) => `- &l${n + 1} [*l${n}, *l${n}, *l${n}]\n`,
    ).join('');
    expect(() => valuesOf(`- &l0 x\n${levels}`)).toThrow(/written out/);
  });

  it('refuses what holds itself, or nothing', () => {
    expect(() => valuesOf('a: &a [*a]')).toThrow(/written out/);
    expect(() => valuesOf('a: *nothing')).toThrow(/alias.*nothing/i);
  });

  it('takes whatever is no larger than its file', () => {
    const small = `[${'a,'.repeat(1_000)}[],{},'',{a,b},{:},1]`;
    expect(valuesOf(small, small.length)).toHaveLength(1);
  });

  it('does not look at a document again for each of its aliases', () => {
    const text = `- &e []\n${'- x\n'.repeat(30_000)}- &big [${'*e,'.repeat(50)}]\n${'- *big\n'.repeat(50)}`;
    const start = performance.now();
    expect(valuesOf(text)).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
