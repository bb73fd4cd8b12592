import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { startCatalog, waitFor } from '../__testUtils__/startCatalog';
import { startFileServer } from '../__testUtils__/startFileServer';

jest.setTimeout(180_000);

const component = (name: string, description = '') =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, description },
    spec: { type: 'service', lifecycle: 'production', owner: 'team-orders' },
  });

describe('policies and the catalog', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'));
  const asked: PolicyRequest[] = [];
  let denied = (_request: PolicyRequest) => false;
  let server: Awaited<ReturnType<typeof startFileServer>>;
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const write = (name: string, text: string) =>
    writeFileSync(join(folder, `${name}.yaml`), text);
  const descriptions = async () =>
    Object.fromEntries(
      (await catalog.entities())
        .filter(({ kind }) => kind === 'Component')
        .map(({ metadata }) => [metadata.name, metadata.description]),
    );

  beforeAll(async () => {
    server = await startFileServer();
    server.files.set('bad.yaml', component('bad', 'denied'));
    server.files.set('fine.yaml', component('fine'));
    write('good', component('good'));
    write('bad', component('bad', 'denied'));
    denied = ({ object }) => JSON.stringify(object).includes('denied');
    catalog = await startCatalog({
      databases,
      features: [urlReaderServiceFactory],
      evaluate: async request => {
        asked.push(request);
        const isDenied = denied(request);
        return {
          allowed: !isDenied,
          digest: '',
          findings: isDenied
            ? [
                {
                  policy: 'test',
                  title: 'A test',
                  digest: '',
                  mode: 'deny',
                  field: 'metadata.description',
                  message: 'It is refused.',
                  reason: 'Because.',
                  comply: 'Do otherwise.',
                  failed: false,
                },
              ]
            : [],
        };
      },
      config: {
        backend: { reading: { allow: [{ host: server.host }] } },
        catalog: {
          processingInterval: { seconds: 1 },
          locations: ['good', 'bad'].map(name => ({
            type: 'file',
            target: join(folder, `${name}.yaml`),
          })),
        },
      },
    });
  });

  afterAll(async () => {
    await catalog.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('keep what is denied out, and a denied change of what is there', async () => {
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: '' }),
    );
    expect(asked.map(({ operation }) => operation)).not.toContain('exists');

    write('good', component('good', 'changed'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'changed' }),
    );
    write('good', component('good', 'denied now'));
    await waitFor(async () =>
      expect(
        asked.find(
          ({ operation, oldObject }) =>
            operation === 'update' &&
            JSON.stringify(oldObject).includes('changed'),
        ),
      ).toBeDefined(),
    );
    expect(await descriptions()).toEqual({ good: 'changed' });
  });

  it('are not asked again about what is as before', async () => {
    write('good', component('good', 'calm'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'calm' }),
    );
    const count = () =>
      asked.filter(({ object }) => JSON.stringify(object).includes('calm'))
        .length;
    const before = count();
    await new Promise(resolve => setTimeout(resolve, 4_000));
    expect(count()).toBe(before);
  });

  it('refuse the registration of what they deny, also as a dry run', async () => {
    const register = (name: string, query = '') =>
      catalog.call('nora', 'POST', `/locations${query}`, {
        type: 'url',
        target: server.address(name),
      });
    for (const query of ['', '?dryRun=true']) {
      const { status, body } = await register('bad.yaml', query);
      expect([query, status >= 400, body.error.message]).toEqual([
        query,
        true,
        expect.stringContaining(
          'Policies refuse component:default/bad. A test (metadata.description): It is refused. Because. Do otherwise.',
        ),
      ]);
    }
    expect((await register('fine.yaml')).status).toBe(201);
  });
});
