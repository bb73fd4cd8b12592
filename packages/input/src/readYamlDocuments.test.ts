import { Session, type Profiler } from 'node:inspector';
import {
  readYamlDocuments,
  repeatedKeys,
  YamlFault,
} from './readYamlDocuments';

function faultOf(...args: Parameters<typeof readYamlDocuments>): YamlFault {
  try {
    readYamlDocuments(...args);
  } catch (error) {
    return error as YamlFault;
  }
  throw new Error('nothing was wrong');
}

const anchors = Array.from({ length: 1_500 }, (_, n) => `- &a${n} x\n`).join(
  '',
);
const aliases = (count: number) =>
  Array.from({ length: count }, (_, n) => `*a${n % 1_500}`).join(', ');
const until = (size: number, unit: string) =>
  unit.repeat(Math.floor(size / unit.length));

/** How many functions of ours and of the library are called meanwhile, and how often: the same on each machine. */
function callsDuring(action: () => void): number {
  const session = new Session();
  session.connect();
  let coverage: Profiler.ScriptCoverage[] = [];
  // They call back before they return.
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true });
  action();
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
    coverage = result;
  });
  session.post('Profiler.stopPreciseCoverage');
  session.disconnect();
  return coverage
    .filter(({ url }) => /node_modules\/yaml\/|readYamlDocuments/.test(url))
    .flatMap(({ functions }) => functions)
    .reduce((sum, { ranges }) => sum + ranges[0].count, 0);
}

describe('readYamlDocuments', () => {
  it('reads documents, as they would be read without a version', () => {
    expect(
      readYamlDocuments(
        '%YAML 1.1\n---\na: &a { b: yes }\n<<: *a\n---\n---\n- 2001-01-01\n',
      ).map(document => document.toJS()),
    ).toEqual([{ a: { b: 'yes' }, '<<': { b: 'yes' } }, null, ['2001-01-01']]);
    expect(readYamlDocuments('')).toEqual([]);
    expect(readYamlDocuments('# nothing\n')).toEqual([]);
  });

  it.each([
    ['a: 1\nb: [1, 2\nc: 3', 3, 1, /^Flow sequence in block collection must/],
    ['a: 1\r\n---\nb: "x\n', 4, 1, /^Missing closing "quote/],
    ['a: [1, , 2]', 1, 8, /^Unexpected , in flow/],
    ['a: b: c', 1, 4, /^Nested mappings are not allowed/],
    ['a: 1\n}', 2, 1, /flow-map-end/],
    ['a: |x\n  text', 1, 5, /^Block scalar header includes extra/],
    ['a: !no!such x', 1, 4, /^Could not resolve tag: !no!such/],
  ])('says where the first fault is: %j', (text, line, column, reason) => {
    const fault = faultOf(text);
    expect(fault).toMatchObject({ name: 'InputError', line, column });
    expect(fault.reason).toMatch(reason);
    expect(fault.message).toBe(
      `line ${line}, column ${column}: ${fault.reason}`,
    );
  });

  it('repeats no more of a file than a line', () => {
    expect(faultOf(`a: |${'x'.repeat(100_000)}\n`).message.length).toBeLessThan(
      400,
    );
  });

  it('takes a warning for a fault where that is wanted', () => {
    expect(readYamlDocuments('a: !b c')).toHaveLength(1);
    expect(faultOf('a: !b c', { isStrict: true }).message).toBe(
      'line 1, column 4: Unresolved tag: !b',
    );
  });

  it.each([
    [
      `${anchors}- &big [${aliases(150_000)}]\n- *big`,
      /^line 1501, column \d+: \*a100 is the alias number 101, and a file can have at most 100/,
    ],
    [
      `a: &a x\n${`b: *a\n---\nc: &a x\n`.repeat(101)}`,
      /^line 302, column 4: \*a is the alias number 101/,
    ],
    [
      `a: 1\nb:\n  ${'? '.repeat(50)}[${'a,'.repeat(2_000)}]`,
      /^line 3, column \d+: a key is a list, a map or an alias/,
    ],
    [
      `a: &a 1\n*a : 2`,
      /^line 2, column 1: a key is a list, a map or an alias/,
    ],
    [
      `a: 1\n${'---\n'.repeat(200_000)}`,
      /^line 10002, column 1: a file can have at most 10000 documents/,
    ],
    [
      `${Array.from({ length: 20_000 }, (_, n) => `%TAG !a${n}! x\n`).join('')}${'---\n'.repeat(5_000)}`,
      /^line 101, column 1: a file can have at most 100 lines that begin with %/,
    ],
    [
      `- |\n  x\n- |\n  y\n${'\n'.repeat(50_000)}${' #\n'.repeat(50_000)}`,
      /^line \d+, column 2: there are too many empty lines before comments/,
    ],
    ['['.repeat(200_000), /^line 1, column 101: .* more than 100 deep/],
    [': '.repeat(200_000), /^line 1, column 201: .* more than 100 deep/],
    [
      `[${'a,'.repeat(500_000)}]`,
      /^line 1, column \d+: a file can have at most 200000 words and signs/,
    ],
  ])('refuses what takes long, case %#', (text, expected) => {
    expect(faultOf(text).message).toMatch(expected);
  });

  it('lets lists and maps be as deep as it is told', () => {
    const deep = (levels: number) =>
      `${'['.repeat(levels)}x${']'.repeat(levels)}`;
    expect(readYamlDocuments(deep(100))).toHaveLength(1);
    expect(readYamlDocuments(deep(50), { mostLevels: 50 })).toHaveLength(1);
    expect(faultOf(deep(51), { mostLevels: 50 }).message).toBe(
      'line 1, column 51: The file is nested more than 50 deep.',
    );
  });

  it('takes a line that looks like the end of a document for one only at its beginning', () => {
    expect(readYamlDocuments(`a: |\n${'  ---\n'.repeat(20_000)}`)).toHaveLength(
      1,
    );
  });

  // Of each the library took minutes at a fraction of what a file may have.
  it.each<[string, (size: number) => string]>([
    ['commas in one line', size => `[${until(size, ',')}`],
    ['faults in one line', size => `{${until(size, '%,')}}`],
    ['ends of nothing', size => until(size, ']')],
    ['escapes in one line', size => `"${until(size, '\\q')}"`],
    ['unknown tags in one line', size => `[${until(size, '!a x,')}]`],
    ['faults in many lines', size => until(size, '- [,\n')],
    ['the same key', size => until(size, 'a: 1\n')],
    [
      'keys',
      size => Array.from({ length: size / 8 }, (_, n) => `k${n}: 1`).join('\n'),
    ],
    ['anchors', size => until(size, '- &a x\n')],
    ['comments', size => until(size, '# a\n')],
    [
      'empty lines and comments',
      size =>
        `- |\n  x\n- |\n  y\n${until(size / 2, '\n')}${until(size / 2, ' #\n')}`,
    ],
    ['text of many lines', size => until(size, 'a\n')],
    ['text of one line', size => `a: ${until(size, 'word ')}`],
    ['tabs', size => until(size, '\t')],
    ['lists in lists', size => until(size, '[')],
    ['documents', size => until(size, '---\n')],
  ])('makes for ten times of %s no hundred times as many calls', (_, make) => {
    const callsFor = (size: number) => {
      const text = make(size);
      return callsDuring(() => {
        try {
          readYamlDocuments(text).forEach(repeatedKeys);
        } catch (error) {
          if (!(error instanceof YamlFault)) {
            throw error;
          }
        }
      });
    };
    const little = callsFor(10_000);
    expect(little).toBeGreaterThan(0);
    expect(callsFor(100_000)).toBeLessThan(15 * Math.max(little, 1_000));
  });
});

describe('repeatedKeys', () => {
  it('finds keys that are there before, in any map', () => {
    const [document] = readYamlDocuments(
      'a: 1\nb: { c: 1, d: 2, c: 3 }\na: 4\n1: 1\n"1": 2\n',
    );
    expect(repeatedKeys(document).map(key => key.range?.[0])).toEqual([29, 22]);
  });
});
