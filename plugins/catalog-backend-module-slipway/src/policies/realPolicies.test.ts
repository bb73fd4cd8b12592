import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { TestDatabases } from '@backstage/backend-test-utils';
import { startCatalog, waitFor } from '../__testUtils__/startCatalog';
import { startFileServer } from '../__testUtils__/startFileServer';

jest.setTimeout(180_000);

const POLICY = `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: described, title: Descriptions, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: People search for them.
  comply: Say what it is for.
  match: { kinds: [Component] }
  validations:
    - expression: has(object.metadata.description) && object.metadata.description != ''
      field: metadata.description
      message: It says nothing.
`;
const OWNER_POLICY = `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: handing-on, title: Handing on, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Others count on the owner.
  comply: Ask the platform team.
  match: { kinds: [Component], operations: [update] }
  validations:
    - expression: object.spec.owner == oldObject.spec.owner
      field: spec.owner
      message: The owner changes.
`;
const SENTENCE =
  'Descriptions (metadata.description): It says nothing. People search for them. Say what it is for.';

const component = (name: string, description = '', owner = 'team-orders') =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, description },
    spec: { type: 'service', lifecycle: 'production', owner },
  });

describe('the real policies and the catalog', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'));
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
  const register = (name: string) =>
    catalog.call('nora', 'POST', '/locations', {
      type: 'url',
      target: server.address(name),
    });

  beforeAll(async () => {
    server = await startFileServer();
    server.files.set('bad.yaml', component('bad'));
    server.files.set('fine.yaml', component('fine', 'Fine.'));
    mkdirSync(join(folder, 'policies'));
    writeFileSync(join(folder, 'policies', 'described.yaml'), POLICY);
    writeFileSync(join(folder, 'policies', 'handing-on.yaml'), OWNER_POLICY);
    write('good', component('good', 'Good.'));
    write('bad', component('bad'));
    catalog = await startCatalog({
      databases,
      features: [urlReaderServiceFactory],
      policiesFolder: join(folder, 'policies'),
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
    await catalog?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('keep out what they deny, and the last good state of what is there', async () => {
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Good.' }),
    );
    write('good', component('good'));
    await new Promise(resolve => setTimeout(resolve, 5_000));
    expect(await descriptions()).toEqual({ good: 'Good.' });
    write('good', component('good', 'Better.'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Better.' }),
    );
  });

  it('deny an update where they are about nothing else', async () => {
    write('good', component('good', 'Handed on.', 'team-shop'));
    await new Promise(resolve => setTimeout(resolve, 5_000));
    expect(await descriptions()).toEqual({ good: 'Better.' });
    write('good', component('good', 'Better still.'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Better still.' }),
    );
  });

  it('refuse a registration with the rule, the field, the reason and how to comply', async () => {
    const { status, body } = await register('bad.yaml');
    expect([status, body.error.message]).toEqual([
      403,
      expect.stringContaining(
        `Policies refuse component:default/bad. ${SENTENCE}`,
      ),
    ]);
    expect((await register('fine.yaml')).status).toBe(201);
    await waitFor(async () =>
      expect(await descriptions()).toEqual({
        good: 'Better still.',
        fine: 'Fine.',
      }),
    );
  });

  it('let nothing new in while they cannot be asked', async () => {
    await catalog.policiesKnex.schema.renameTable('policy_state', 'away');
    server.files.set('new.yaml', component('new', 'New.'));
    const registering = register('new.yaml');
    await new Promise(resolve => setTimeout(resolve, 7_000));
    expect(Object.keys(await descriptions()).sort()).toEqual(['fine', 'good']);
    await catalog.policiesKnex.schema.renameTable('away', 'policy_state');
    // It waited, or was refused: in neither case did anything get in.
    await registering;
    expect([201, 409]).toContain((await register('new.yaml')).status);
    await waitFor(async () =>
      expect(Object.keys(await descriptions()).sort()).toEqual([
        'fine',
        'good',
        'new',
      ]),
    );
  });
});
