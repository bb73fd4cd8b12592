import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { chmodSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { GuardedDocsGenerator } from '../GuardedDocsGenerator';

/**
 * Builds documentation with the real MkDocs, which the test command puts on the path. To be called where tests are
 * described.
 */
export function createDocsWorkshop() {
  const folder = createMockDirectory();
  const tools = createMockDirectory();
  const generator = GuardedDocsGenerator.create(
    new ConfigReader({ techdocs: { generator: { runIn: 'local' } } }),
    { logger: mockServices.logger.mock() },
  );
  const logger = mockServices.logger.mock();
  let log: PassThrough;

  function put(mkdocs: object, page: string, more = {}) {
    folder.setContent({
      'secret.txt': 'from outside',
      'in/mkdocs.yml': JSON.stringify({ site_name: 'Boats', ...mkdocs }),
      'in/docs/index.md': page,
      out: {},
      ...more,
    });
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

  return {
    /** `in` is what is built, `out` the outcome, `secret.txt` is none of both. */
    folder,
    tools,
    put,
    run,
    async build(mkdocs: object, page: string, more = {}) {
      put(mkdocs, page, more);
      return run();
    },
    /** What MkDocs said. */
    said: () => String(log.read()),
    /** What the portal said about the documentation. */
    warnings: () => logger.warn.mock.calls.map(String).join('\n'),
    /** Puts programs on the path before all others while something is done. */
    async withPrograms<T>(
      programs: Record<string, string>,
      work: () => Promise<T>,
    ): Promise<T> {
      tools.setContent(programs);
      for (const name of Object.keys(programs)) {
        chmodSync(tools.resolve(name), 0o755);
      }
      const { PATH } = process.env;
      process.env.PATH = `${tools.path}:${PATH}`;
      try {
        return await work();
      } finally {
        process.env.PATH = PATH;
      }
    },
  };
}
