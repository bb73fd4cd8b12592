import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { TestDatabases } from '@backstage/backend-test-utils';
import { startCatalog } from './startCatalog';
import { startFileServer } from './startFileServer';

/** A component as a file says it. */
export const component = (
  name: string,
  description = '',
  owner = 'team-orders',
) =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, description },
    spec: { type: 'service', lifecycle: 'production', owner },
  });

/**
 * A catalog that reads a folder each second, and what is registered at a server of files. One for all tests of the file.
 *
 * @param options - `files`: what the folder has at first, by name; `served`: what the server has; `policies`: files of real
 *   policies; `evaluate`: what stands in for them
 */
export function useComponentFiles(options: {
  files: Record<string, string>;
  served: Record<string, string>;
  policies?: Record<string, string>;
  evaluate?: Parameters<typeof startCatalog>[0]['evaluate'];
}) {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'));
  const scene = {
    catalog: undefined as unknown as Awaited<ReturnType<typeof startCatalog>>,
    server: undefined as unknown as Awaited<ReturnType<typeof startFileServer>>,
  };
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, `${name}.yaml`), text);

  beforeAll(async () => {
    scene.server = await startFileServer();
    for (const [name, text] of Object.entries(options.served)) {
      scene.server.files.set(name, text);
    }
    mkdirSync(join(folder, 'policies'));
    for (const [name, text] of Object.entries(options.policies ?? {})) {
      write(join('policies', name), text);
    }
    for (const [name, text] of Object.entries(options.files)) {
      write(name, text);
    }
    scene.catalog = await startCatalog({
      databases,
      features: [urlReaderServiceFactory],
      evaluate: options.evaluate,
      policiesFolder: options.policies && join(folder, 'policies'),
      config: {
        backend: { reading: { allow: [{ host: scene.server.host }] } },
        catalog: {
          processingInterval: { seconds: 1 },
          locations: Object.keys(options.files).map(name => ({
            type: 'file',
            target: join(folder, `${name}.yaml`),
          })),
        },
      },
    });
  });

  afterAll(async () => {
    await scene.catalog?.stop();
    await scene.server?.stop();
    rmSync(folder, { recursive: true });
  });

  return Object.assign(scene, {
    write,
    /** What the catalog says of each component. */
    descriptions: async () =>
      Object.fromEntries(
        (await scene.catalog.entities())
          .filter(({ kind }) => kind === 'Component')
          .map(({ metadata }) => [metadata.name, metadata.description]),
      ),
    /** Registers a file of the server. */
    register: (name: string, query = '') =>
      scene.catalog.call('nora', 'POST', `/locations${query}`, {
        type: 'url',
        target: scene.server.address(name),
      }),
  });
}
