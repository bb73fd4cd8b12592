import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { existsSync, readFileSync } from 'node:fs';
import { GuardedDocsGenerator } from './GuardedDocsGenerator';

/** With the real MkDocs, which the test command puts on the path. */
describe('GuardedDocsGenerator', () => {
  const folder = createMockDirectory();
  const generator = GuardedDocsGenerator.create(
    new ConfigReader({ techdocs: { generator: { runIn: 'local' } } }),
    { logger: mockServices.logger.mock() },
  );

  async function build(mkdocs: object, page: string) {
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
});
