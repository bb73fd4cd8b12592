import { z } from 'zod';
import { readDocuments } from './readDocuments';
import { readYaml } from './readYaml';

const problemsOf = (text: string) =>
  readYaml('a.yaml', text).problems.map(
    ({ line, column, message }) => `${line}:${column}: ${message}`,
  );

describe('readYaml', () => {
  it('says where a file is no YAML, and reads no further', () => {
    expect(problemsOf('a: 1\nb: [1, , 2]\nc: [3, , 4]\n')).toEqual([
      '2:8: The file is not the YAML that is wanted: Unexpected , in flow sequence.',
    ]);
    expect(problemsOf('a: !env HOME')).toEqual([
      '1:4: The file is not the YAML that is wanted: Unresolved tag: !env.',
    ]);
    expect(problemsOf('['.repeat(1_000))).toEqual([
      expect.stringMatching(/^1:51: .*nested more than 50 deep\.$/),
    ]);
  });

  it('takes a file whose first document has a key twice, and says so of it only', () => {
    const { documents, problems } = readYaml('a.yaml', 'a: 1\na: 2\n---\nb: 1');
    expect(documents.map(({ value }) => value)).toEqual([{ b: 1 }]);
    expect(problems).toEqual([expect.objectContaining({ line: 2, column: 1 })]);
  });

  it.each<[string, (size: number) => string]>([
    ['commas in one line', size => `a: [${','.repeat(size)}`],
    [
      'keys that nobody knows',
      size =>
        Array.from({ length: size / 10 }, (_, n) => `k${n}: 1`).join('\n'),
    ],
    ['the same key', size => 'a: 1\n'.repeat(size / 5)],
  ])('takes for ten times of %s no hundred times as long', (_, make) => {
    const took = (size: number) => {
      const text = make(size);
      const before = process.cpuUsage();
      const { problems } = readDocuments('a.yaml', text, z.strictObject({}));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(20);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    took(20_000);
    const little = Math.min(took(20_000), took(20_000));
    expect(took(200_000)).toBeLessThan(30 * Math.max(little, 10));
  });
});
