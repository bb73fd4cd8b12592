import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { GuardedDocsGenerator } from './GuardedDocsGenerator';

/** `_`, `PWD` and `SHLVL` are the shell's own. */
const ALLOWED = new Set(
  '_ HOME LANG LC_ALL LC_CTYPE PATH PWD PYTHONPATH SHLVL TMPDIR TZ'
    .split(' ')
    .concat(''),
);

/** With the real MkDocs, which the test command puts on the path. */
describe('GuardedDocsGenerator', () => {
  const folder = createMockDirectory();
  const tools = createMockDirectory();
  const generator = GuardedDocsGenerator.create(
    new ConfigReader({ techdocs: { generator: { runIn: 'local' } } }),
    { logger: mockServices.logger.mock() },
  );

  let log: PassThrough;
  const said = () => String(log.read());

  const logger = mockServices.logger.mock();
  const warnings = () => logger.warn.mock.calls.map(String).join('\n');

  function put(mkdocs: object, page: string, more = {}) {
    folder.setContent({
      'secret.txt': 'from outside',
      'in/mkdocs.yml': JSON.stringify({ site_name: 'Boats', ...mkdocs }),
      'in/docs/index.md': page,
      out: {},
      ...more,
    });
  }

  async function build(mkdocs: object, page: string, more = {}) {
    put(mkdocs, page, more);
    return run();
  }

  async function run() {
    log = new PassThrough();
    logger.warn.mockClear();
    await generator.run({
      inputDir: folder.resolve('in'),
      outputDir: folder.resolve('out'),
      logger: logger as never,
      logStream: log,
    });
    return readFileSync(folder.resolve('out/index.html'), 'utf8');
  }

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

  it('shows no file from outside', async () => {
    const html = await build(
      {
        markdown_extensions: {
          'pymdownx.snippets': {
            base_path: [folder.path],
            restrict_base_path: false,
          },
        },
      },
      '# Hi\n\n--8<-- "secret.txt"\n\n--8<-- "../secret.txt"\n',
    );
    expect(html).not.toContain('from outside');
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

  it('sends no file to a server, and makes no folder', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end('from a server');
    }).listen(0);
    const { port } = server.address() as AddressInfo;
    try {
      const html = await build(
        {
          markdown_extensions: [
            {
              plantuml_markdown: {
                server: `http://localhost:${port}`,
                http_method: 'POST',
                format: 'txt',
                cachedir: folder.resolve('cache'),
              },
            },
          ],
        },
        `# Hi\n\n\`\`\`plantuml source="${folder.resolve('secret.txt')}"\n\n\`\`\`\n`,
      );
      expect(html).not.toContain('from a server');
      expect(asked).toBe(0);
      expect(existsSync(folder.resolve('cache'))).toBe(false);
      expect(warnings()).toContain(
        'mkdocs.yml: the extension plantuml_markdown was taken out.',
      );
    } finally {
      server.close();
    }
  }, 60_000);

  it('starts no program that draws, which could read files', async () => {
    tools.setContent({
      plantuml: `#!/bin/sh\ntouch ${tools.resolve('drawn')}\ncat\n`,
      dot: `#!/bin/sh\ntouch ${tools.resolve('drawn')}\ncat\n`,
    });
    chmodSync(tools.resolve('plantuml'), 0o755);
    chmodSync(tools.resolve('dot'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    try {
      const source = `source="${folder.resolve('secret.txt')}"`;
      const html = await build(
        {},
        [
          '# Hi',
          `\`\`\`plantuml format="txt" ${source}\n\n\`\`\``,
          `::uml:: format="txt" ${source}\n\n::end-uml::`,
          '{% dot a.svg\ndigraph {}\n%}',
        ].join('\n\n'),
      );
      expect(html).not.toContain('from outside');
      expect(existsSync(tools.resolve('drawn'))).toBe(false);
    } finally {
      process.env.PATH = PATH;
    }
  }, 60_000);

  it('refuses a MkDocs that would not see what is put in the place of these', async () => {
    const bin = dirname(
      execFileSync('which', ['mkdocs'], { encoding: 'utf8' }).trim(),
    );
    tools.setContent({
      mkdocs: `#!/bin/sh\nexec ${bin}/python -E ${bin}/mkdocs "$@"\n`,
    });
    chmodSync(tools.resolve('mkdocs'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    try {
      await expect(build({}, '# Hi')).rejects.toThrow(
        /mkdocs on the path ignores PYTHONPATH/,
      );
    } finally {
      process.env.PATH = PATH;
    }
  }, 60_000);

  it('writes no file but pages', async () => {
    const at = (name: string) => folder.resolve(name);
    await build(
      {
        plugins: {
          'techdocs-core': {},
          redirects: {
            redirect_maps: {
              [at('absolute.js')]: 'https://boats.example/',
              '../relative.js': 'https://boats.example/',
            },
          },
        },
        markdown_extensions: {
          codehilite: { full: true, cssfile: at('style.css') },
        },
      },
      '# Hi\n\n    :::python\n    print(1)\n',
    );
    for (const name of ['absolute.js', 'relative.js', 'style.css']) {
      expect(existsSync(at(name))).toBe(false);
    }
    expect(warnings()).toContain('the plugin redirects was taken out.');
    expect(warnings()).toContain('the option cssfile of codehilite');
  }, 60_000);

  it('embeds no image from outside', async () => {
    const html = await build(
      {
        markdown_extensions: [
          { 'pymdownx.b64': { base_path: folder.path, restrict_path: false } },
        ],
      },
      '# Hi\n\n![secret](secret.png)\n',
      { 'secret.png': 'from outside' },
    );
    expect(html).not.toContain(Buffer.from('from outside').toString('base64'));
  }, 60_000);

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

  it('copies nothing to a place that the name of an included site leads to', async () => {
    put({ nav: [{ Part: '!include ./part/mkdocs.yml' }] }, '# Hi', {
      'in/part/docs/index.md': '# Part',
    });
    const escape = `${'../'.repeat(20)}${folder.resolve('made').slice(1)}`;
    folder.addContent({
      'in/part/mkdocs.yml': JSON.stringify({
        site_name: escape,
        nav: [{ Part: 'index.md' }],
      }),
    });
    const outcome = await run().catch(String);
    expect(existsSync(folder.resolve('made'))).toBe(false);
    expect(outcome).toMatch(/part\/mkdocs\.yml: site_name is .*a path/);
  }, 60_000);

  it.each([
    ['a name in two lines', './a\n/../part/evil.yml', {}],
    ['what it inherits', './part/mkdocs.yml', { INHERIT: './evil.yml' }],
  ])(
    'publishes no folder from outside that is included by %s',
    async (_, include, inherit) => {
      put(
        { nav: [{ Part: `!include ${include}` }, { Home: 'index.md' }] },
        '# Hi',
        {
          'private/notes.md': 'from outside',
          'in/part/docs/index.md': '# Part',
          'in/part/mkdocs.yml': JSON.stringify({
            site_name: 'part',
            ...inherit,
          }),
          'in/a\n/README.md': '',
          'in/part/evil.yml': JSON.stringify({
            site_name: 'part',
            docs_dir: folder.resolve('private'),
          }),
        },
      );
      await run().catch(() => {});
      expect(existsSync(folder.resolve('out/part/notes/index.html'))).toBe(
        false,
      );
    },
    60_000,
  );

  it('follows no link that leads elsewhere from where MkDocs copies it to', async () => {
    const deep = 'a/b/c/d/e/f/g/h/docs';
    const secret = folder.resolve('secret.txt').slice(1);
    put(
      { docs_dir: deep, nav: [{ Home: 'index.md' }, { Part: 'part.md' }] },
      '',
      {
        [`in/${deep}/index.md`]: '# Hi',
        [`in/${secret}`]: 'of its own',
        'in/part.md': '# A part of its own',
      },
    );
    symlinkSync(
      `${'../'.repeat(9)}${secret}`,
      folder.resolve(`in/${deep}/copy.txt`),
    );
    symlinkSync(
      `${'../'.repeat(9)}part.md`,
      folder.resolve(`in/${deep}/part.md`),
    );
    await run();
    expect(readFileSync(folder.resolve('out/copy.txt'), 'utf8')).toBe(
      'of its own',
    );
    expect(
      readFileSync(folder.resolve('out/part/index.html'), 'utf8'),
    ).toContain('A part of its own');
  }, 60_000);

  it('gives MkDocs none of the secrets in the environment', async () => {
    const mkdocs = execFileSync('which', ['mkdocs'], { encoding: 'utf8' });
    // Notes what it was started with, then is the real one.
    tools.setContent({
      mkdocs: `#!/bin/sh\nenv > ${tools.resolve('env')}\nexec ${mkdocs.trim()} "$@"\n`,
    });
    chmodSync(tools.resolve('mkdocs'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    process.env.SLIPWAY_SEALING_KEY = 'a secret';
    try {
      expect(await build({}, '# All about boats')).toContain('about boats');
    } finally {
      process.env.PATH = PATH;
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
      await expect(build({}, '# Hi')).rejects.toThrow(/mkdocs ENOENT/);
    } finally {
      process.env.PATH = PATH;
    }
  }, 60_000);
});
