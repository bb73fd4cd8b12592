import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { ServiceUnavailableError } from '@backstage/errors';
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
  let isAway = false;
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
        if (isAway) {
          throw new ServiceUnavailableError('No set of policies was loaded.');
        }
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

  const register = (name: string, query = '') =>
    catalog.call('nora', 'POST', `/locations${query}`, {
      type: 'url',
      target: server.address(name),
    });
  const targets = async () =>
    (await catalog.call('nora', 'GET', '/locations')).body.map(
      ({ data }: { data: { target: string } }) => data.target,
    );
  const REFUSAL =
    'Policies refuse component:default/bad. A test (metadata.description): It is refused. Because. Do otherwise.';

  it('refuse the registration of what they deny, also as a dry run', async () => {
    const dryRun = await register('bad.yaml', '?dryRun=true');
    expect(dryRun.status).toBe(400);
    expect(dryRun.body.error.message).toContain(REFUSAL);
    expect((await register('fine.yaml')).status).toBe(201);
  });

  // What the catalog takes for no dry run, and what it may take for one.
  it.each(['', '?dryRun=false', '?dryRun=0', '?dryRun=', '?dryRun=yes'])(
    'refuse what they deny with the query "%s"',
    async query => {
      const { status, body } = await register('bad.yaml', query);
      expect([status, body.error.message]).toEqual([403, REFUSAL]);
      expect(await targets()).not.toContain(server.address('bad.yaml'));
    },
  );

  it('refuse to move a location to what they deny', async () => {
    server.files.set('stays.yaml', component('stays'));
    // Another name: two places may not have the same for as long as the catalog still knows the first.
    server.files.set('moved.yaml', component('moved', 'after'));
    const { location } = (await register('stays.yaml')).body;
    const move = (name: string) =>
      catalog.call('nora', 'PUT', `/locations/${location.id}`, {
        type: 'url',
        target: server.address(name),
      });

    const { status, body } = await move('bad.yaml');
    expect([status, body.error.message]).toEqual([403, REFUSAL]);
    expect(await targets()).toContain(server.address('stays.yaml'));

    expect((await move('moved.yaml')).status).toBe(200);
    await waitFor(async () =>
      expect(await descriptions()).toMatchObject({ moved: 'after' }),
    );
  });

  it('let nothing be registered or moved while they cannot be asked', async () => {
    server.files.set('later.yaml', component('later'));
    server.files.set('here.yaml', component('here'));
    const { location } = (await register('here.yaml')).body;
    isAway = true;
    const away = [
      await register('later.yaml'),
      await catalog.call('nora', 'PUT', `/locations/${location.id}`, {
        type: 'url',
        target: server.address('later.yaml'),
      }),
    ];
    isAway = false;
    for (const { status, body } of away) {
      expect([status, body.error.message]).toEqual([
        503,
        'Policies cannot be asked about component:default/later. No set of policies was loaded.',
      ]);
    }
    expect(await targets()).not.toContain(server.address('later.yaml'));
    expect((await register('later.yaml')).status).toBe(201);
  });
});
