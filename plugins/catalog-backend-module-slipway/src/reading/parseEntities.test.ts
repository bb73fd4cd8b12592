import { parseEntities } from './parseEntities';

async function parse(text: string) {
  const results = [];
  for await (const result of parseEntities({
    data: Buffer.from(text),
    location: { type: 'url', target: 'https://git.example/boats.yaml' },
  })) {
    results.push(
      result.type === 'entity'
        ? result.entity
        : result.type === 'error' && result.error.message,
    );
  }
  return results;
}

describe('parseEntities', () => {
  it('reads all documents of a file', async () => {
    expect(
      await parse(
        'kind: Component\nmetadata: { name: a }\n---\n---\nkind: API\nspec: { x: &x [1], y: *x }\n',
      ),
    ).toEqual([
      { kind: 'Component', metadata: { name: 'a' } },
      { kind: 'API', spec: { x: [1], y: [1] } },
    ]);
  });

  it.each([
    ['a: 1\nb: { c: 1, d: 2, c: 3 }', /the key "c" is there twice/],
    ['a: [1', /YAML error at url:https:\/\/git\.example\/boats\.yaml/],
    ['- a\n- b', /a document that is no map/],
    ['text', /a document that is no map/],
    [
      `a: &a ${'x'.repeat(500_000)}\nb: [*a, *a]`,
      /boats\.yaml, a document has more than 1048576 characters when its aliases/,
    ],
    [
      `a: &a [x]\nb:\n- &big [${'*a,'.repeat(300_000)}]\n- *big`,
      /boats\.yaml, line 3, column 309: \*a is the alias number 101/,
    ],
    ['? [a]\n: b', /line 1, column 3: a key is a list/],
    ['['.repeat(200_000), /YAML error/],
    [`a: ${'x'.repeat(2 ** 20)}`, /at most 1048576 are read.*\$text/],
  ])('says what is wrong, case %#', async (text, expected) => {
    expect(await parse(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('goes on with the next document after one that is wrong', async () => {
    expect(await parse('a: 1\na: 2\n---\nkind: API')).toEqual([
      expect.stringMatching(/twice/),
      { kind: 'API' },
    ]);
  });

  it('takes for ten times the keys not a hundred times as long', async () => {
    const took = async (keys: number) => {
      const text = Array.from({ length: keys }, (_, n) => `k${n}: 1`).join(
        '\n',
      );
      const start = performance.now();
      expect(await parse(text)).toHaveLength(1);
      return performance.now() - start;
    };
    await took(3_000);
    const few = Math.min(await took(3_000), await took(3_000));
    expect(await took(30_000)).toBeLessThan(40 * few);
  });
});
