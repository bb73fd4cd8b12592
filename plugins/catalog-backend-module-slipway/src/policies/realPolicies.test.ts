import { waitFor } from '../__testUtils__/startCatalog';
import {
  component,
  useComponentFiles,
} from '../__testUtils__/useComponentFiles';

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
  match: { kinds: [Component, API], operations: [update] }
  validations:
    - expression: object.spec.owner == oldObject.spec.owner
      field: spec.owner
      message: The owner changes.
`;
const SYSTEM_POLICY = `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: in-a-system, title: Systems, description: For a test. }
spec:
  owner: platform-team
  mode: warn
  reason: What belongs together is found together.
  comply: Name a system.
  match: { kinds: [Component] }
  validations:
    - expression: has(object.spec.system)
      field: spec.system
      message: It is in no system.
`;
const SENTENCE =
  'Descriptions (metadata.description): It says nothing. People search for them. Say what it is for.';

describe('the real policies and the catalog', () => {
  const scene = useComponentFiles({
    files: { good: component('good', 'Good.'), bad: component('bad') },
    served: {
      'bad.yaml': component('bad'),
      'fine.yaml': component('fine', 'Fine.'),
    },
    policies: {
      described: POLICY,
      'handing-on': OWNER_POLICY,
      'in-a-system': SYSTEM_POLICY,
    },
  });
  const { write, descriptions, register } = scene;
  const isRefused = (message: string) =>
    waitFor(async () =>
      expect(await scene.catalog.errorsOf('component:default/good')).toContain(
        message,
      ),
    );

  it('keep out what they deny, and the last good state of what is there', async () => {
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Good.' }),
    );
    write('good', component('good'));
    await isRefused('It says nothing.');
    expect(await descriptions()).toEqual({ good: 'Good.' });
    write('good', component('good', 'Better.'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Better.' }),
    );
  });

  it('deny an update where they are about nothing else', async () => {
    write('good', component('good', 'Handed on.', 'team-shop'));
    await isRefused('The owner changes.');
    expect(await descriptions()).toEqual({ good: 'Better.' });
    write('good', component('good', 'Better still.'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({ good: 'Better still.' }),
    );
  });

  it('refuse a registration with the rule, the field, the reason and how to comply, also as a dry run', async () => {
    for (const query of ['?dryRun=true', '', '?dryRun=1']) {
      const { status, body } = await register('bad.yaml', query);
      expect([status, body.error.message]).toEqual([
        403,
        `Policies refuse component:default/bad. ${SENTENCE}`,
      ]);
    }
    expect((await register('fine.yaml', '?dryRun=true')).status).toBe(201);
    expect((await register('fine.yaml')).status).toBe(201);
    await waitFor(async () =>
      expect(await descriptions()).toEqual({
        good: 'Better still.',
        fine: 'Fine.',
      }),
    );
  });

  it('let nothing be registered that is no entity for the catalog, as in a dry run', async () => {
    for (const [file, text, words] of [
      [
        'nobodys.yaml',
        component('nobodys', 'Fine.', ''),
        '/spec/owner must NOT have fewer than 1',
      ],
      ['broken.yaml', 'a: [', 'YAML error'],
    ]) {
      scene.server.files.set(file, text);
      const tried = await register(file, '?dryRun=true');
      expect([tried.status, tried.body.error.message]).toEqual([
        400,
        expect.stringContaining(words),
      ]);
      const { status, body } = await register(file);
      expect([status, body.error.message]).toEqual([
        400,
        tried.body.error.message,
      ]);
    }
    // It may be pushed later.
    const missing = await register('missing.yaml');
    expect(missing.status).toBe(201);
    await scene.catalog.call(
      'nora',
      'DELETE',
      `/locations/${missing.body.location.id}`,
    );
  });

  it('have looked at what is new some seconds later, without a sweep', async () => {
    scene.server.files.set('late.yaml', component('late', 'Late.'));
    const found = async () =>
      (
        await scene.catalog.call(
          'nora',
          'GET',
          '/../policies/violations?entityRef=component%3Adefault%2Flate',
        )
      ).body;
    expect(await found()).toEqual({ items: [], totalItems: 0 });
    const { location } = (await register('late.yaml')).body;
    await waitFor(async () =>
      expect(await found()).toMatchObject({
        items: [{ policy: 'in-a-system', owner: 'group:default/team-orders' }],
        lookedAt: expect.any(String),
      }),
    );
    await scene.catalog.call('nora', 'DELETE', `/locations/${location.id}`);
    await waitFor(async () =>
      expect(Object.keys(await descriptions())).not.toContain('late'),
    );
  });

  it('let nothing new in while they cannot be asked', async () => {
    await scene.catalog.policiesKnex.schema.renameTable('policy_state', 'away');
    scene.server.files.set('new.yaml', component('new', 'New.'));
    const registering = register('new.yaml');
    await new Promise(resolve => setTimeout(resolve, 7_000));
    expect(Object.keys(await descriptions()).sort()).toEqual(['fine', 'good']);
    await scene.catalog.policiesKnex.schema.renameTable('away', 'policy_state');
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

  it('judge an API whose description is as long as real ones are, also when it changes', async () => {
    const description = (letter: string) =>
      JSON.stringify({ paths: Array(40_000).fill(letter.repeat(100)) });
    const definition = async () =>
      (await scene.catalog.entities()).find(({ kind }) => kind === 'API')?.spec
        ?.definition;
    const { files } = scene.server;
    files.set('openapi.json', description('a'));
    files.set(
      'api.yaml',
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'API',
        metadata: { name: 'boats' },
        spec: {
          type: 'openapi',
          lifecycle: 'production',
          owner: 'team-orders',
          definition: { $text: './openapi.json' },
        },
      }),
    );
    expect((await register('api.yaml')).status).toBe(201);
    await waitFor(async () =>
      expect((await definition()) === description('a')).toBe(true),
    );
    files.set('openapi.json', description('b'));
    await waitFor(async () =>
      expect((await definition()) === description('b')).toBe(true),
    );
  });
});
