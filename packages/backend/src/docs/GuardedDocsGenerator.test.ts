import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { GuardedDocsGenerator } from './GuardedDocsGenerator';

/** `_`, `PWD` and `SHLVL` are the shell's own. */
const ALLOWED = new Set(
  '_ HOME LANG LC_ALL LC_CTYPE PATH PWD SHLVL TMPDIR TZ'.split(' ').concat(''),
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

  async function build(mkdocs: object, page: string) {
    log = new PassThrough();
    folder.setContent({
      'secret.txt': 'from outside',
      'in/mkdocs.yml': JSON.stringify({ site_name: 'Boats', ...mkdocs }),
      'in/docs/index.md': page,
      out: {},
    });
    await generator.run({
      inputDir: folder.resolve('in'),
      outputDir: folder.resolve('out'),
      logger: mockServices.logger.mock() as never,
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
