import { ServiceUnavailableError } from '@backstage/errors';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import { waitFor } from '../__testUtils__/startCatalog';
import {
  component,
  useComponentFiles,
} from '../__testUtils__/useComponentFiles';

jest.setTimeout(180_000);

/** A hint is sent after one to two of these. */
const mockRipeAfterMs = 1_500;
jest.mock('./EntityHints', () => {
  const { EntityHints } = jest.requireActual('./EntityHints');
  return {
    EntityHints: {
      create: (deps: object) =>
        EntityHints.create({ ...deps, ripeAfterMs: mockRipeAfterMs }),
    },
  };
});

describe('policies and the catalog', () => {
  const asked: PolicyRequest[] = [];
  let isAway = false;
  const scene = useComponentFiles({
    files: { good: component('good'), bad: component('bad', 'denied') },
    served: {
      'bad.yaml': component('bad', 'denied'),
      'fine.yaml': component('fine'),
    },
    evaluate: async request => {
      if (isAway) {
        throw new ServiceUnavailableError('No set of policies was loaded.');
      }
      asked.push(request);
      const isDenied = JSON.stringify(request.object).includes('denied');
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
  });
  const { write, descriptions, register } = scene;

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

  it('have what is new and what changes hands looked at soon, once', async () => {
    const { hints } = scene.catalog;
    const GOOD = 'component:default/good';
    const count = () => hints.flat().filter(ref => ref === GOOD).length;
    await waitFor(async () => expect(count()).toBe(1));
    // What never got in is not there to be looked at.
    expect(hints.flat()).not.toContain('component:default/bad');
    write('good', component('good', 'new owner', 'team-shop'));
    await waitFor(async () => expect(count()).toBe(2));
    write('good', component('good', 'nothing that the sweep has', 'team-shop'));
    await waitFor(async () =>
      expect(await descriptions()).toEqual({
        good: 'nothing that the sweep has',
      }),
    );
    await new Promise(resolve =>
      setTimeout(resolve, 2 * mockRipeAfterMs + 1_000),
    );
    expect(count()).toBe(2);
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

  const targets = async () =>
    (await scene.catalog.call('nora', 'GET', '/locations')).body.map(
      ({ data }: { data: { target: string } }) => data.target,
    );
  const REFUSAL =
    'Policies refuse component:default/bad. A test (metadata.description): It is refused. Because. Do otherwise.';

  it('refuse the registration of what they deny, also as a dry run', async () => {
    const dryRun = await register('bad.yaml', '?dryRun=true');
    expect(dryRun.status).toBe(403);
    expect(dryRun.body.error.message).toContain(REFUSAL);
    expect((await register('fine.yaml')).status).toBe(201);
  });

  it('tell an agent why, as they tell a person', async () => {
    const invoke = (action: string, input: object) =>
      scene.catalog.call(
        'nora',
        'POST',
        `/.backstage/actions/v1/actions/catalog:${action}/invoke`,
        input,
      );
    const refused = await invoke('register-entity', {
      locationUrl: scene.server.address('bad.yaml'),
    });
    expect([refused.status, refused.body.error]).toEqual([
      403,
      { name: 'NotAllowedError', message: REFUSAL },
    ]);
    const validated = await invoke('validate-entity', {
      entity: component('bad', 'denied'),
    });
    expect(validated.body.output).toMatchObject({
      isValid: false,
      errors: [REFUSAL],
    });
    expect(
      (await invoke('validate-entity', { entity: component('fine') })).body
        .output,
    ).toMatchObject({ isValid: true, errors: [] });
  });

  // What the catalog takes for no dry run, and what it may take for one.
  it.each(['', '?dryRun=false', '?dryRun=0', '?dryRun=', '?dryRun=yes'])(
    'refuse what they deny with the query "%s"',
    async query => {
      const { status, body } = await register('bad.yaml', query);
      expect([status, body.error.message]).toEqual([403, REFUSAL]);
      expect(await targets()).not.toContain(scene.server.address('bad.yaml'));
    },
  );

  it('refuse to move a location to what they deny', async () => {
    scene.server.files.set('stays.yaml', component('stays'));
    // Another name: two places may not have the same for as long as the catalog still knows the first.
    scene.server.files.set('moved.yaml', component('moved', 'after'));
    const { location } = (await register('stays.yaml')).body;
    const move = (name: string) =>
      scene.catalog.call('nora', 'PUT', `/locations/${location.id}`, {
        type: 'url',
        target: scene.server.address(name),
      });

    const { status, body } = await move('bad.yaml');
    expect([status, body.error.message]).toEqual([403, REFUSAL]);
    expect(await targets()).toContain(scene.server.address('stays.yaml'));

    expect((await move('moved.yaml')).status).toBe(200);
    await waitFor(async () =>
      expect(await descriptions()).toMatchObject({ moved: 'after' }),
    );
  });

  it('let nothing be registered or moved while they cannot be asked', async () => {
    scene.server.files.set('later.yaml', component('later'));
    scene.server.files.set('here.yaml', component('here'));
    const { location } = (await register('here.yaml')).body;
    isAway = true;
    const away = [
      await register('later.yaml'),
      await scene.catalog.call('nora', 'PUT', `/locations/${location.id}`, {
        type: 'url',
        target: scene.server.address('later.yaml'),
      }),
    ];
    isAway = false;
    for (const { status, body } of away) {
      expect([status, body.error.message]).toEqual([
        503,
        'Policies cannot be asked about component:default/later. No set of policies was loaded.',
      ]);
    }
    expect(await targets()).not.toContain(scene.server.address('later.yaml'));
    expect((await register('later.yaml')).status).toBe(201);
  });
});
