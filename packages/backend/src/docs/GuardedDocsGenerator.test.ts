import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createDocsWorkshop } from './__testUtils__/createDocsWorkshop';

/** `_`, `PWD` and `SHLVL` are the shell's own. */
const ALLOWED = new Set(
  '_ HOME LANG LC_ALL LC_CTYPE PATH PWD PYTHONPATH SHLVL TMPDIR TZ'
    .split(' ')
    .concat(''),
);

describe('GuardedDocsGenerator', () => {
  const { build, folder, put, run, said, tools, warnings, withPrograms } =
    createDocsWorkshop();

  it('builds documentation', async () => {
    const html = await build(
      { markdown_extensions: { attr_list: {} } },
      '# All about boats',
    );
    expect(html).toContain('All about boats');
  }, 60_000);

  it('runs no code that documentation names', async () => {
    const made = folder.resolve('made');
    await build(
      {
        markdown_extensions: { 'subprocess:Popen': { args: ['touch', made] } },
      },
      '# Hi',
    );
    expect(existsSync(made)).toBe(false);
  }, 60_000);

  it('keeps the extensions that only change how text looks', async () => {
    const html = await build(
      {
        plugins: ['techdocs-core', 'search'],
        theme: { name: 'material', features: ['navigation.footer'] },
        repo_url: 'https://git.example/boats/boats',
        edit_uri: 'edit/main/docs/',
        markdown_extensions: [
          'attr_list',
          'markdown.extensions.meta',
          'md_in_html',
          { toc: { permalink: '¶', toc_depth: 2 } },
          { 'pymdownx.tabbed': { alternate_style: true } },
          { 'pymdownx.blocks.caption': { auto: false } },
          { 'pymdownx.arithmatex': { generic: true } },
          { 'pymdownx.keys': { separator: '-' } },
          {
            'pymdownx.extra': {
              'pymdownx.superfences': {
                custom_fences: [{ name: 'mermaid', class: 'mermaid' }],
              },
              'markdown.extensions.footnotes': { BACKLINK_TEXT: 'back up' },
            },
          },
        ],
      },
      [
        '# Boats {: .wet }',
        '!!! note "Mind the gap"\n    Water.',
        '=== "Sail"\n    Wind.',
        '- [x] done',
        '```mermaid\ngraph LR\n```',
        '```python\nprint(1)\n```',
        'Press ++ctrl+c++ or $x^2$[^1].',
        '[^1]: Squared.',
        '--8<-- "docs/part.txt"',
        '```plantuml\na -> b\n```',
      ].join('\n\n'),
      { 'in/docs/part.txt': 'A part of its own' },
    );
    for (const part of [
      'class="wet"',
      'Mind the gap',
      'class="tabbed-set',
      'task-list-item',
      '<pre class="mermaid">',
      'language-python',
      'key-control',
      'class="arithmatex"',
      'back up',
      'A part of its own',
      'a -&gt; b',
      'https://git.example/boats/boats/edit/main/docs/index.md',
    ]) {
      expect(html).toContain(part);
    }
    expect(warnings()).toBe('');
  }, 60_000);

  it.each(['material.extensions.emoji', 'materialx.emoji'])(
    'knows the functions that ordinary documentation names, of %s',
    async module => {
      put({}, 'Sail :material-sail-boat: :smile:\n\n```mermaid\ngraph LR\n```');
      writeFileSync(
        folder.resolve('in/mkdocs.yml'),
        `site_name: Boats
markdown_extensions:
  - attr_list
  - pymdownx.emoji:
      emoji_index: !!python/name:${module}.twemoji
      emoji_generator: !!python/name:${module}.to_svg
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
`,
      );
      const html = await run();
      expect(html).toMatch(/Sail <span class="twemoji"><svg/);
      expect(html).toContain('<pre class="mermaid">');
      expect(html).toMatch(/<img[^>]* class="twemoji"[^>]*1f604\.svg/);
      expect(warnings()).toBe('');
    },
    60_000,
  );

  it.each([
    /* eslint-disable no-script-url */
    { edit_uri: 'javascript:alert(1)//' },
    { edit_uri: 'java\tscript:alert(1)//' },
    { edit_uri_template: 'javascript:alert(1)//{path}' },
    { repo_url: 'javascript://boats/%0aalert(1)//' },
    { site_url: 'javascript://boats/%0aalert(1)//' },
    /* eslint-enable no-script-url */
  ])(
    'links to no script: %j',
    async mkdocs => {
      const html = await build(
        { repo_url: 'https://git.example/boats', ...mkdocs },
        '# Hi',
      );
      expect(html).not.toMatch(/java\s*script:[^"]*alert/);
      expect(warnings()).toContain('was taken out');
    },
    60_000,
  );

  it('gives MkDocs none of the secrets in the environment', async () => {
    const mkdocs = execFileSync('which', ['mkdocs'], { encoding: 'utf8' });
    // Notes what it was started with, then is the real one.
    const noting = `#!/bin/sh\nenv > ${tools.resolve('env')}\nexec ${mkdocs.trim()} "$@"\n`;
    process.env.SLIPWAY_SEALING_KEY = 'a secret';
    try {
      const html = await withPrograms({ mkdocs: noting }, () =>
        build({}, '# All about boats'),
      );
      expect(html).toContain('about boats');
    } finally {
      delete process.env.SLIPWAY_SEALING_KEY;
    }
    const names = readFileSync(tools.resolve('env'), 'utf8')
      .split('\n')
      .map(line => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['HOME', 'PATH']));
    expect(names.filter(name => !ALLOWED.has(name))).toEqual([]);
  }, 60_000);

  it('says what MkDocs said when it fails, and that it is missing', async () => {
    await expect(
      build({ theme: { name: 'unheard-of' } }, '# Hi'),
    ).rejects.toThrow(/exit code: 1/);
    expect(said()).toMatch(/unheard-of/);

    const { PATH } = process.env;
    process.env.PATH = tools.resolve('nothing');
    try {
      await expect(build({}, '# Hi')).rejects.toThrow(
        /no mkdocs on the path.*Install mkdocs-techdocs-core/,
      );
    } finally {
      process.env.PATH = PATH;
    }
  }, 60_000);
});
