import { createMockDirectory } from '@backstage/backend-test-utils';
import { parse } from 'yaml';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
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

  it.each([
    ['emoji_generator: !!python/name:os.system', 'os.system'],
    ['emoji_index: !!python/name:material.extensions.emoji._load', '_load'],
    ['emoji_index: !!python/module:materialx.emoji', 'module'],
    ['emoji_index: !!python/name:materialx.emoji.to_svg [a]', 'to_svg'],
  ])(
    'names the line of a function that is not known: %j',
    async (text, tag) => {
      await expect(
        guarded(
          `site_name: x\nmarkdown_extensions:\n  - pymdownx.emoji:\n      ${text}`,
        ),
      ).rejects.toThrow(
        new RegExp(`mkdocs.yml, line 4: the tag .*${tag}.* Of functions only`),
      );
    },
  );

  it('lets functions be named only where they belong', async () => {
    const twemoji = '!!python/name:materialx.emoji.twemoji';
    const taken = await guarded(
      `site_name: ${twemoji}\nmarkdown_extensions:\n  - toc: { slugify: ${twemoji} }\n  - pymdownx.emoji: { emoji_generator: ${twemoji} }`,
    );
    expect(read()).toEqual({
      site_name: 'materialx.emoji.twemoji',
      markdown_extensions: ['toc', 'pymdownx.emoji'],
    });
    expect(taken).toHaveLength(2);
  });

  it('does not read configurations that keep the portal from everything else', async () => {
    const nav = Array.from({ length: 30_000 }, (_, n) => `  - a${n}: b.md`);
    const large = ['site_name: x', 'nav:', ...nav].join('\n');
    await expect(guarded(large, { 'a/mkdocs.yml': large })).rejects.toThrow(
      /more than 256 KiB together\. Leave nav out/,
    );
  });

  it.each([
    [
      `a: &a [x]\nb: [${'*a,'.repeat(60_000)}]`,
      /^mkdocs\.yml is no valid YAML: line 2, column \d+: \*a is the alias number 101/,
    ],
    [
      `a: &a ${'x'.repeat(100_000)}\nb: [*a, *a]`,
      /^mkdocs\.yml: a document has more than 262144 characters/,
    ],
    ['a: 1\n---\nb: 1', /^mkdocs\.yml is no valid YAML: .* more than one/],
    ['a: [1', /^mkdocs\.yml is no valid YAML: line 1, column 6: Flow sequence/],
    ['a: *b', /^mkdocs\.yml: Unresolved alias/],
  ])('says what is wrong, case %#', async (text, message) => {
    await expect(guarded(text)).rejects.toThrow(message);
  });

  it('takes an empty configuration for one', async () => {
    await guarded('# nothing yet\n');
    expect(read()).toEqual({});
  });

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

  it.each([
    '/etc/mkdocs.yml',
    '../other/mkdocs.yml',
    './a/b/**/../../../*/mkdocs.yml',
  ])('refuses to include %s', async target => {
    await expect(
      guarded(`nav:\n  - a:\n      - b: '!include ${target}'`),
    ).rejects.toThrow(/outside of the repository/);
  });

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

  it.each([
    ['../../tmp/part', 'a path that leads out'],
    ['part/../../..', 'one in the middle'],
  ])('refuses the site name %s, %s', async name => {
    await expect(
      guarded('site_name: x', { 'a/mkdocs.yml': `site_name: ${name}` }),
    ).rejects.toThrow(/a\/mkdocs\.yml: site_name is .*Write a name/);
  });

  it.each([
    ['"javascript:alert(1)"', /nav leads to javascript/],
    ['"java\\nscript:alert(1)"', /more than one line/],
    ['"!include ./a\\n/../part.yml"', /more than one line/],
    ['"!include  ./mkdocs.yml/../part.yml"', /named mkdocs\.yml/],
  ])('refuses %s in the navigation', async (target, message) => {
    await expect(guarded(`nav: [{ a: ${target} }]`)).rejects.toThrow(message);
  });

  it('takes out whatever it does not know, in each configuration, and says so', async () => {
    const mkdocs = JSON.stringify({
      site_name: 'x',
      hooks: ['a.py'],
      INHERIT: '/etc/x.yml',
      extra_css: ['own.css', '../../x.css'],
      watch: ['/etc'],
      site_dir: '/tmp',
      constructor: 'x',
      theme: { name: 'material', custom_dir: '/etc' },
      plugins: [
        { 'techdocs-core': { use_material_search: true, a: 1 } },
        { search: { lang: '../x' } },
        { group: { plugins: ['redirects'] } },
        3,
      ],
      markdown_extensions: {
        toc: { permalink: '#', slugify: 'os.system' },
        'pymdownx.snippets': { base_path: '/', url_download: true },
        'pymdownx.pathconverter': {},
        'subprocess:Popen': {},
        'pymdownx.extra': {
          'pymdownx.superfences': {
            custom_fences: [{ name: 'a', class: 'a', format: 'os.system' }],
            preserve_tabs: true,
          },
          'pymdownx.b64': {},
        },
      },
    });
    folder.setContent({ 'mkdocs.yml': mkdocs, 'a/mkdocs.yml': mkdocs });
    const taken = await guardDocs(folder.path);
    const kept = {
      site_name: 'x',
      theme: { name: 'material' },
      plugins: [{ 'techdocs-core': { use_material_search: true } }, 'search'],
      markdown_extensions: [
        { toc: { permalink: '#' } },
        'pymdownx.snippets',
        {
          'pymdownx.extra': { 'pymdownx.superfences': { preserve_tabs: true } },
        },
      ],
    };
    expect(read()).toEqual(kept);
    expect(parse(readFileSync(folder.resolve('a/mkdocs.yml'), 'utf8'))).toEqual(
      kept,
    );
    const text = taken.join('\n');
    for (const what of [
      'mkdocs.yml: hooks',
      'mkdocs.yml: INHERIT',
      'mkdocs.yml: extra_css',
      'mkdocs.yml: watch',
      'mkdocs.yml: site_dir',
      'mkdocs.yml: constructor',
      'mkdocs.yml: theme.custom_dir',
      'mkdocs.yml: the option a of the plugin techdocs-core',
      'mkdocs.yml: the option lang of the plugin search',
      'mkdocs.yml: the plugin group',
      'mkdocs.yml: 3',
      'mkdocs.yml: the option slugify of toc',
      'mkdocs.yml: the option base_path of pymdownx.snippets',
      'mkdocs.yml: the option url_download of pymdownx.snippets',
      'mkdocs.yml: the extension pymdownx.pathconverter',
      'mkdocs.yml: the extension subprocess:Popen',
      'mkdocs.yml: the option custom_fences of pymdownx.superfences',
      'mkdocs.yml: the extension pymdownx.b64',
    ]) {
      expect(text).toContain(`${what} was taken out.`);
      expect(text).toContain(`a/${what} was taken out.`);
    }
  });

  it('leaves what the configuration of the portal allows beyond', async () => {
    const mkdocs = { hooks: ['a.py'], plugins: [{ redirects: { a: 1 } }] };
    folder.setContent({ 'mkdocs.yml': JSON.stringify(mkdocs) });
    const beyond = {
      keys: new Set(['hooks']),
      plugins: new Set(['redirects']),
    };
    expect(await guardDocs(folder.path, beyond)).toEqual([]);
    expect(read()).toEqual(mkdocs);
  });

  it('puts files in the place of links to them, and refuses links that lead out', async () => {
    folder.setContent({ 'README.md': '# Read me', docs: { part: {} } });
    symlinkSync('../README.md', folder.resolve('docs/index.md'));
    symlinkSync('..', folder.resolve('docs/around'));
    symlinkSync('nowhere', folder.resolve('docs/broken'));
    expect(await guardDocs(folder.path)).toEqual([
      expect.stringContaining('docs/around was taken out'),
      expect.stringContaining('docs/broken was taken out'),
    ]);
    rmSync(folder.resolve('README.md'));
    expect(readFileSync(folder.resolve('docs/index.md'), 'utf8')).toBe(
      '# Read me',
    );
    symlinkSync('/etc/hostname', folder.resolve('docs/out.md'));
    await expect(guardDocs(folder.path)).rejects.toThrow(
      /docs\/out\.md is a link that leads out/,
    );
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
