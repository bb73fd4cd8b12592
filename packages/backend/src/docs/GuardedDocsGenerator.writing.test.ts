import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createDocsWorkshop } from './__testUtils__/createDocsWorkshop';

describe('what documentation writes', () => {
  const { build, folder, put, run, warnings } = createDocsWorkshop();

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
});
