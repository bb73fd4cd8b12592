import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { limitReader } from './limitReader';

/** With upstream's reader, and an archive as a git host sends it. */
describe('limitReader', () => {
  const folder = createMockDirectory();
  let server: Server;
  let url: string;

  beforeAll(async () => {
    folder.setContent({
      'repo/docs/index.md': '# Boats',
      'repo/docs/large.bin': Buffer.alloc(2 ** 20),
    });
    execFileSync('tar', ['-czf', 'repo.tar.gz', 'repo'], { cwd: folder.path });
    const archive = readFileSync(folder.resolve('repo.tar.gz'));
    server = createServer((request, response) =>
      response.end(
        request.url!.includes('/archive/')
          ? archive
          : JSON.stringify({ sha: 'abc', commit: { id: 'abc' }, name: 'main' }),
      ),
    ).listen(0);
    await new Promise(resolve => server.once('listening', resolve));
    url = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const read = async (most?: { files: number; mebibytes: number }) => {
    const reader = UrlReaders.default({
      logger: mockServices.logger.mock(),
      config: mockServices.rootConfig({
        data: {
          integrations: {
            gitea: [{ host: new URL(url).host, baseUrl: url }],
          },
        },
      }),
    });
    const tree = await limitReader(reader, most).readTree(
      `${url}/boats/boats/src/branch/main/`,
    );
    return tree.dir();
  };
  const made = () =>
    readdirSync(tmpdir()).filter(name => name.startsWith('slipway-docs-'));

  it('reads what is within bounds', async () => {
    expect(readFileSync(`${await read()}/docs/index.md`, 'utf8')).toBe(
      '# Boats',
    );
  });

  it.each([
    { files: 1, mebibytes: 10 },
    { files: 10, mebibytes: 0.5 },
  ])('refuses more than %j, and keeps nothing of it', async most => {
    const before = made();
    await expect(read(most)).rejects.toThrow(
      /has more than .* files or .* MiB\. Keep documentation in a smaller folder/,
    );
    expect(made()).toEqual(before);
  });
});
