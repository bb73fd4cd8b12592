import { createMockDirectory } from '@backstage/backend-test-utils';
import { parse } from 'yaml';
import { readFileSync, symlinkSync } from 'node:fs';
import { guardDocs } from './guardDocs';

const folder = createMockDirectory();

function guarded(mkdocs: string, more: Record<string, string> = {}) {
  folder.setContent({ 'mkdocs.yml': mkdocs, 'docs/index.md': '# Hi', ...more });
  return guardDocs(folder.path);
}

const read = () => parse(readFileSync(folder.resolve('mkdocs.yml'), 'utf8'));

describe('guardDocs', () => {
  it('leaves ordinary documentation as it is', async () => {
    const ordinary = [
      'site_name: "Café: &amp; more"',
      'nav:',
      '  - Home: index.md',
      "  - Part: '!include ./part/mkdocs.yml'",
      'plugins: [techdocs-core]',
      'markdown_extensions:',
      '  - toc: { permalink: true }',
      '  - attr_list',
    ].join('\n');
    await guarded(ordinary, { 'part/mkdocs.yml': 'site_name: part' });
    expect(read()).toEqual(parse(ordinary));
  });

  it.each([
    ['site_name: !ENV SLIPWAY_SEALING_KEY', '!ENV'],
    ['extra:\n  - [a, !ENV [A, B, c]]', '!ENV'],
    ['%TAG !e! !EN\n---\nsite_name: !e!V A', '!ENV'],
    ['site_name: !<!ENV> A', '!ENV'],
    ['site_name: !!python/object/apply:os.getcwd []', 'python/object'],
  ])(
    'refuses what would read the environment or run code: %j',
    async (text, tag) => {
      await expect(guarded(text)).rejects.toThrow(
        new RegExp(`mkdocs.yml, line \\d+: the tag .*${tag}`),
      );
    },
  );

  it('looks at included configurations too', async () => {
    await expect(
      guarded('site_name: x', { 'a/b/mkdocs.yaml': 'site_name: !ENV HOME' }),
    ).rejects.toThrow(/a\/b\/mkdocs\.yaml, line 1: the tag !ENV/);
  });

  it('refuses a configuration that is a link to a file of another name', async () => {
    folder.setContent({ 'real.yml': 'site_name: !ENV HOME' });
    symlinkSync('real.yml', folder.resolve('mkdocs.yml'));
    await expect(guardDocs(folder.path)).rejects.toThrow(
      /mkdocs\.yml is a link/,
    );
  });

  it.each(['/etc/mkdocs.yml', '../other/mkdocs.yml'])(
    'refuses to include %s',
    async target => {
      await expect(
        guarded(`nav:\n  - a:\n      - b: '!include ${target}'`),
      ).rejects.toThrow(/outside of the repository/);
    },
  );

  it.each(['!include ./sub/part.yml', '*include ./sub/*.yml'])(
    'refuses %j, which reads files that were not looked at',
    async include => {
      await expect(guarded(`nav:\n  - a: '${include}'`)).rejects.toThrow(
        /Only files named mkdocs\.yml can be included/,
      );
    },
  );

  it('refuses documentation that lies outside', async () => {
    await expect(
      guarded('site_name: x', { 'a/mkdocs.yml': 'docs_dir: ../../..' }),
    ).rejects.toThrow(/docs_dir is .*outside of the repository/);
  });

  it('makes a list of extensions that are a mapping, which upstream would not look at', async () => {
    await guarded(
      'markdown_extensions: { pymdownx.snippets: { base_path: / }, toc: {} }',
    );
    expect(read().markdown_extensions).toEqual([
      { 'pymdownx.snippets': { base_path: '/' } },
      { toc: {} },
    ]);
  });

  it('says where YAML is broken, and does not expand it without end', async () => {
    await expect(guarded('a: [')).rejects.toThrow(
      /mkdocs.yml is no valid YAML/,
    );
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 0; n < 8; n += 1) {
      const [from, to] = ['abcdefghi'[n], 'bcdefghij'[n]];
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`);
    }
    await expect(guarded(bomb.join('\n'))).rejects.toThrow(/alias/);
  });
});
