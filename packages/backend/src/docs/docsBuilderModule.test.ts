import {
  createMockDirectory,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { NotFoundError } from '@backstage/errors';
import techdocsPlugin from '@backstage/plugin-techdocs-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { docsBuilderModule } from './docsBuilderModule';

const GIT = 'https://git.example.com';
const OWN = `url:${GIT}/acme/boats/src/branch/main/catalog-info.yaml`;

const SYNC = '/api/techdocs/sync/default/Component/boats';

/** Asks for documentation as the page does, and builds it with the real MkDocs. Only the git host is a stand-in. */
describe('docsBuilderModule', () => {
  const repository = createMockDirectory({
    content: { 'docs/index.md': '# All about boats' },
  });
  const disk = createMockDirectory({
    content: { 'catalog-info.yaml': '', 'docs/index.md': '# Of the portal' },
  });
  const published = createMockDirectory();
  const read = new Array<string>();
  const reader = mockServices.urlReader.mock({
    readTree: async url => {
      read.push(url);
      if (!url.startsWith(GIT)) {
        throw new NotFoundError(url);
      }
      return {
        files: async () => [],
        archive: async () => {
          throw new Error('not needed');
        },
        dir: async () => {
          const copy = await mkdtemp(join(tmpdir(), 'slipway-docs-'));
          await cp(repository.path, copy, { recursive: true });
          return copy;
        },
        etag: '1',
      };
    },
  });

  async function openDocs(annotations: Record<string, string>) {
    const backend = await start(annotations);
    try {
      const { text } = await request(backend.server).get(SYNC);
      const [, event, data] = /event: (finish|error)\ndata: (.*)/.exec(text)!;
      return { event, data: JSON.parse(data) };
    } finally {
      await backend.stop();
    }
  }

  async function start(annotations: Record<string, string>) {
    read.length = 0;
    const entity = {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        uid: randomUUID(),
        name: 'boats',
        namespace: 'default',
        annotations,
      },
      spec: {},
    };
    return startTestBackend({
      features: [
        techdocsPlugin,
        docsBuilderModule,
        catalogServiceMock.factory({ entities: [entity] }),
        reader.factory,
        mockServices.rootConfig.factory({
          data: {
            backend: { baseUrl: 'http://localhost' },
            integrations: { gitea: [{ host: 'git.example.com' }] },
            techdocs: {
              builder: 'local',
              generator: { runIn: 'local' },
              publisher: {
                type: 'local',
                local: { publishDirectory: published.path },
              },
              slipway: { allowedSources: [`${GIT}/acme/handbook`] },
            },
          },
        }),
      ],
    });
  }

  it.each([
    ['dir:.', `${GIT}/acme/boats/src/branch/main/`],
    [`url:${GIT}/acme/boats/src/branch/next/`, undefined],
    [`url:${GIT}/acme/handbook/src/branch/main/`, undefined],
  ])(
    'builds what lies in the own repository or an allowed one: %s',
    async (ref, target) => {
      const answer = await openDocs({
        'backstage.io/techdocs-ref': ref,
        'backstage.io/managed-by-location': OWN,
      });
      expect(answer).toEqual({ event: 'finish', data: { updated: true } });
      expect(read).toEqual([target ?? ref.slice('url:'.length)]);
    },
    60_000,
  );

  it.each([
    [`url:${GIT}/others/crown-jewels/src/branch/main/`, undefined],
    [`dir:${GIT}/others/crown-jewels/src/branch/main/`, undefined],
    [
      `url:${GIT}/acme/boats/../../others/crown-jewels/src/branch/main`,
      undefined,
    ],
    ['dir:../../../../../others/crown-jewels/src/branch/main/', undefined],
    ['dir:.', `url:${GIT}/others/crown-jewels/src/branch/main/`],
    ['dir:.', `file:${disk.resolve('catalog-info.yaml')}`],
    ['dir:/etc', 'file:/etc/catalog-info.yaml'],
  ])(
    'refuses %s with the source location %s, reads nothing, and says what to do',
    async (ref, sourceLocation) => {
      const answer = await openDocs({
        'backstage.io/techdocs-ref': ref,
        'backstage.io/managed-by-location': OWN,
        ...(sourceLocation && {
          'backstage.io/source-location': sourceLocation,
        }),
      });
      expect(answer.event).toBe('error');
      expect(answer.data).toMatch(
        /write backstage.io\/techdocs-ref: dir:\. there/,
      );
      expect(answer.data).toContain(`not read from ${ref}`);
      expect(answer.data).toContain('techdocs.slipway.allowedSources');
      expect(read).toEqual([]);
    },
  );

  it('reads no files of this machine by reference', async () => {
    const answer = await openDocs({
      'backstage.io/techdocs-ref': `file:${disk.path}`,
      'backstage.io/managed-by-location': OWN,
    });
    expect(answer.event).toBe('error');
    expect(answer.data).toContain('"file"');
  });

  it('believes files that the configuration names, within their folder', async () => {
    const place = {
      'backstage.io/managed-by-location': `file:${disk.resolve(
        'catalog-info.yaml',
      )}`,
    };
    await expect(
      openDocs({
        ...place,
        'backstage.io/techdocs-ref': `url:${GIT}/others/open/src/branch/main/`,
      }),
    ).resolves.toMatchObject({ event: 'finish' });
    await expect(
      openDocs({ ...place, 'backstage.io/techdocs-ref': 'dir:..' }),
    ).resolves.toMatchObject({ event: 'error' });
  }, 60_000);

  it('leaves nothing running and nothing on the disk when the portal stops', async () => {
    const tools = createMockDirectory();
    const noted = (name: string) =>
      existsSync(tools.resolve(name))
        ? readFileSync(tools.resolve(name), 'utf8').trim().split(/\s+/)
        : [];
    // As a MkDocs would that starts a program of its own.
    tools.setContent({
      mkdocs: `#!/bin/sh
cd ${tools.path}
echo "$OLDPWD" "$PYTHONPATH" "$5" > folders
sleep 300 &
echo $! $$ > pids
wait
`,
    });
    chmodSync(tools.resolve('mkdocs'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    try {
      const backend = await start({
        'backstage.io/techdocs-ref': 'dir:.',
        'backstage.io/managed-by-location': OWN,
      });
      const answer = request(backend.server)
        .get(SYNC)
        .then(({ text }) => text);
      while (noted('pids').length < 2) {
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      const folders = noted('folders');
      expect(folders.map(folder => existsSync(folder))).toEqual([
        true,
        true,
        true,
      ]);

      await backend.stop();
      expect(await answer).toMatch(/event: error\ndata: .*The portal stops/);
      expect(noted('pids').filter(isAlive)).toEqual([]);
      expect(folders.filter(folder => existsSync(folder))).toEqual([]);
    } finally {
      process.env.PATH = PATH;
    }
  }, 60_000);
});

/** What has ended and is not yet taken away by its parent is not. */
function isAlive(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], {
    encoding: 'utf8',
  });
  return /^[^Z\s]/.test(stdout.trim());
}
