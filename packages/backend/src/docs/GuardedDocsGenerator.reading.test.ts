import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createDocsWorkshop } from './__testUtils__/createDocsWorkshop';

describe('what documentation reads', () => {
  const { build, folder, tools, warnings, withPrograms } = createDocsWorkshop();

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
    const draw = `#!/bin/sh\ntouch ${tools.resolve('drawn')}\ncat\n`;
    await withPrograms({ plantuml: draw, dot: draw }, async () => {
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
    });
  }, 60_000);

  it('refuses a MkDocs that would not see what is put in the place of these', async () => {
    const bin = dirname(
      execFileSync('which', ['mkdocs'], { encoding: 'utf8' }).trim(),
    );
    await withPrograms(
      { mkdocs: `#!/bin/sh\nexec ${bin}/python -E ${bin}/mkdocs "$@"\n` },
      () =>
        expect(build({}, '# Hi')).rejects.toThrow(
          /mkdocs on the path ignores PYTHONPATH/,
        ),
    );
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
});
