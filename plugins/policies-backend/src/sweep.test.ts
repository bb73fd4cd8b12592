import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { POLICY_OBJECTS_EVENTS_TOPIC } from '@slipway/plugin-policies-common';
import { ORDERS, PAYMENTS } from './__testUtils__/company';
import { policyText } from './__testUtils__/folders';
import { database, useSweptThings } from './__testUtils__/sweptThings';
import { beginSweep, wantSweep } from './database/sweeps';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('the sweep', () => {
  const scene = useSweptThings(databases);
  const { violations, names, compliance, sweep } = scene;

  it('finds what violates a policy, with owner and age, and tells each owner once', async () => {
    expect(await compliance()).toMatchObject({
      now: { checked: 0 },
      byOwner: [],
      days: [],
    });
    await scene.plugin.run('sweep');
    const { items, totalItems } = await violations();
    expect(totalItems).toBe(4);
    expect(items[0]).toMatchObject({
      policy: 'encrypted',
      mode: 'deny',
      kind: 'DatabaseRequest',
      name: 'orders',
      owner: ORDERS,
      environment: 'production',
      field: 'encrypted',
      comply: 'Turn encryption on.',
      link: '/databases/production/orders',
      entityRef: 'resource:default/orders.production',
    });
    expect(
      items
        .slice(1)
        .map(each => each.name)
        .sort(),
    ).toEqual(['one', 'three', 'two']);

    expect(
      scene.plugin.notifications.map(({ recipients }) => recipients),
    ).toEqual(
      expect.arrayContaining([
        { type: 'entity', entityRef: [ORDERS] },
        { type: 'entity', entityRef: [PAYMENTS] },
        // What nobody owns.
        { type: 'entity', entityRef: ['group:default/platform-team'] },
      ]),
    );
    expect(scene.plugin.notifications).toHaveLength(3);
    // Nothing that is drawn as if it had gone well.
    expect(
      scene.plugin.notifications.map(({ payload }) => payload.severity),
    ).toEqual(['high', 'high', 'high']);

    // Nothing new: nobody is told again, and the age stays.
    await sweep();
    expect(scene.plugin.notifications).toHaveLength(3);
    const again = (await violations()).items;
    expect(again[0].firstSeen).toBe(items[0].firstSeen);
    expect(again[0].lastSeen > items[0].lastSeen).toBe(true);

    // One is mended, one is gone, one is new.
    scene.entities[1].spec!.lifecycle = 'production';
    scene.listed = [database('late')];
    await sweep();
    expect((await names()).sort()).toEqual(['late', 'three', 'two']);
    expect(scene.plugin.notifications).toHaveLength(4);
    const state = (await scene.plugin.as('sam').get('/state')).body;
    expect(state).toMatchObject({
      sweeping: false,
      lastSweep: {
        cause: 'user:default/nora',
        objects: 5,
        violations: 3,
        endedAt: expect.any(String),
      },
    });
  });

  it('resolves nothing when it could not see everything, and begins anew', async () => {
    await scene.plugin.run('sweep');
    scene.entities.splice(1, 1);
    scene.onList = async () => {
      throw new Error('The databases do not answer');
    };
    await sweep();
    const state = (await scene.plugin.as('sam').get('/state')).body;
    expect(state.lastSweep).toMatchObject({
      error: 'The databases do not answer',
    });
    expect(await names()).toHaveLength(4);

    // One that was killed leaves a row that never ended.
    await scene.knex.raw(
      `INSERT INTO policy_sweeps (id, cause, digest, started_at) VALUES (gen_random_uuid(), 'schedule', 'x', now())`,
    );
    expect((await scene.plugin.as('sam').get('/state')).body.sweeping).toBe(
      true,
    );
    scene.onList = async () => undefined;
    await scene.plugin.run('sweep');
    expect((await names()).sort()).toEqual(['orders', 'three', 'two']);
    expect((await scene.plugin.as('sam').get('/state')).body).toMatchObject({
      sweeping: false,
      lastSweep: { violations: 3 },
    });
  });

  it('runs when policies change, also while one runs, and otherwise when it is due', async () => {
    await scene.plugin.run('sweep');
    const count = async () =>
      Number((await scene.knex('policy_sweeps').count({ n: '*' }))[0].n);
    expect(await count()).toBe(1);
    await scene.plugin.run('sweep');
    expect(await count()).toBe(1);

    let changed = false;
    scene.onList = async () => {
      if (changed) return;
      changed = true;
      await scene.folder.write('a.yaml', policyText({ mode: 'audit' }));
      await scene.plugin.run('locations');
    };
    await sweep();
    expect(await count()).toBe(3);
    expect((await violations('mode=audit')).items).toMatchObject([
      { name: 'orders', mode: 'audit' },
    ]);
    expect((await violations('mode=deny')).items).toEqual([]);
  });

  it('looks again at what changed, after a hint', async () => {
    await scene.plugin.run('sweep');
    const hint = (id: string, from = 'databases') =>
      scene.plugin.events.publish({
        topic: POLICY_OBJECTS_EVENTS_TOPIC,
        eventPayload: { source: from, id },
      });
    scene.listed = [
      database('orders', { encrypted: true }),
      database('basket', { encrypted: false }),
    ];
    await hint('orders');
    await hint('basket');
    await hint('nothing');
    await hint('x', 'unknown');
    await waitFor(async () => (await names('mode=deny')).join() === 'basket');
    scene.entities.splice(1, 1);
    await hint('component:default/one', 'catalog');
    await waitFor(async () => !(await names()).includes('one'));
    expect((await names()).sort()).toEqual(['basket', 'three', 'two']);
  });

  it('counts what it looked at after hints as the next sweep does', async () => {
    await scene.plugin.run('sweep');
    const before = (await compliance()).now;
    const made = (name: string) => database(name, { encrypted: true });
    scene.listed = [
      ...Array.from({ length: 9 }, (_, n) => made(`new-${n}`)),
      // Handed over; "orders" is gone.
      { ...database('basket', { encrypted: true, owner: PAYMENTS }) },
    ];
    const ids = ['orders', ...scene.listed.map(({ id }) => id)];
    await Promise.all(
      [ids, ids.slice(5), ids.toReversed()].map(each =>
        scene.plugin.events.publish({
          topic: POLICY_OBJECTS_EVENTS_TOPIC,
          eventPayload: { source: 'databases', ids: each },
        }),
      ),
    );
    await waitFor(
      async () => (await compliance()).now.checked === before.checked + 8,
    );
    const { now, byOwner, byPolicy } = await compliance();
    expect(now.violating).toBe(before.violating - 1);

    await sweep();
    expect(await compliance()).toMatchObject({ now, byOwner, byPolicy });
  });

  it('says when an entity was looked at by the policies in force', async () => {
    const lookedAt = async (name: string) =>
      (
        await scene.plugin
          .as('sam')
          .get(`/violations?entityRef=component%3Adefault%2F${name}`)
      ).body.lookedAt;
    expect(await lookedAt('good')).toBeUndefined();
    await scene.plugin.run('sweep');
    expect(Date.parse(await lookedAt('good'))).toBeLessThanOrEqual(Date.now());
    expect(await lookedAt('nothing')).toBeUndefined();

    // What is new when it is hinted at together with others, also before the catalog has it.
    const { entities } = scene;
    const fresh = { ...entities[0], metadata: { name: 'fresh' } };
    setTimeout(() => entities.push(fresh), 1_000);
    await scene.plugin.events.publish({
      topic: POLICY_OBJECTS_EVENTS_TOPIC,
      eventPayload: {
        source: 'catalog',
        ids: ['component:default/two', 'component:default/fresh'],
      },
    });
    await waitFor(async () => (await lookedAt('fresh')) !== undefined);

    // By another set than the one in force nothing is known.
    await scene.knex('policy_looks').update({ digest: 'of before' });
    expect(await lookedAt('good')).toBeUndefined();
    await sweep();
    expect(await lookedAt('good')).toBeDefined();

    // What a whole sweep does not see is forgotten.
    entities.splice(entities.indexOf(fresh), 1);
    await sweep();
    expect(await lookedAt('fresh')).toBeUndefined();
  });

  it('ends the violations of an entity that was deleted without a sweep', async () => {
    await scene.plugin.run('sweep');
    await scene.plugin.run('gone');
    expect(await names()).toHaveLength(4);
    scene.entities.splice(1, 1);
    await scene.plugin.run('gone');
    expect((await names()).sort()).toEqual(['orders', 'three', 'two']);
  });

  it('tells the platform team of what belongs to owners that the catalog does not have, once', async () => {
    const { entities } = scene;
    const of = (name: string, owner: string) =>
      entities.push({
        ...entities[1],
        metadata: { name, namespace: 'default' },
        spec: { owner },
      });
    of('four', 'nobody-at-all');
    of('five', 'user:default/gone');
    of('six', 'no-ref/');
    await scene.plugin.run('sweep');
    const { notifications } = scene.plugin;
    const toPlatform = () =>
      notifications
        .filter(({ recipients }) =>
          JSON.stringify(recipients).includes('platform-team'),
        )
        .map(({ payload }) => [payload.title, payload.description]);
    expect(toPlatform()).toEqual([
      [
        'Policies are not kept: 4 things that you look after',
        expect.stringMatching(
          /^Owners that the catalog does not have: (?=.*group:default\/nobody-at-all)(?=.*user:default\/gone)(?=.*no-ref\/)/,
        ),
      ],
      [
        '3 owners are not in the catalog',
        expect.stringContaining('group:default/nobody-at-all'),
      ],
    ]);
    // They and two groups that there are.
    expect(notifications).toHaveLength(4);
    expect((await scene.plugin.as('sam').get('/state')).body.lastSweep).toEqual(
      expect.objectContaining({
        unknownOwners: [
          { owner: 'group:default/nobody-at-all', objects: 1 },
          { owner: 'no-ref/', objects: 1 },
          { owner: 'user:default/gone', objects: 1 },
        ],
      }),
    );
    await sweep();
    expect(notifications).toHaveLength(4);
    of('seven', 'new-nobody');
    await sweep();
    expect(toPlatform().slice(2)).toEqual([
      ['A policy is not kept: 1 thing that you look after', expect.anything()],
      [
        'An owner is not in the catalog',
        expect.stringContaining('group:default/new-nobody'),
      ],
    ]);
  });

  it('tells owners a minute later when they could not be told, and sweeps no more for that', async () => {
    scene.onNotify = async () => {
      throw new Error('Nobody takes notifications');
    };
    await scene.plugin.run('sweep');
    expect(await names()).toHaveLength(4);
    expect(scene.plugin.notifications).toEqual([]);
    scene.onNotify = async () => undefined;
    await scene.plugin.run('sweep');
    expect(scene.plugin.notifications).toHaveLength(3);
    await scene.plugin.run('sweep');
    expect(scene.plugin.notifications).toHaveLength(3);
    expect(await scene.knex('policy_sweeps').select('error')).toEqual([
      { error: null },
    ]);
  });

  it('writes nothing once another took its place', async () => {
    await scene.plugin.run('sweep');
    const before = (await violations()).items;
    let other: { id: string; number: number } | undefined;
    scene.onList = async () => {
      other ??= await beginSweep(scene.knex, 'x', 0);
    };
    scene.entities.splice(1, 1);
    scene.listed = [database('late')];
    await wantSweep(scene.knex, 'schedule');
    await scene.plugin.run('sweep');
    expect(other).toBeDefined();
    expect((await violations()).items.map(({ name }) => name)).toEqual(
      before.map(({ name }) => name),
    );
    expect(
      await scene.knex('policy_sweeps').orderBy('number').select('error'),
    ).toEqual([
      { error: null },
      { error: 'It was interrupted.' },
      { error: null },
    ]);
    // The other one is not ended by this one.
    expect((await scene.plugin.as('sam').get('/state')).body.sweeping).toBe(
      true,
    );
  });

  it('is joined while it is only asked for, followed while it runs, and asked for once with a key', async () => {
    await scene.plugin.run('sweep');
    const count = async () =>
      Number((await scene.knex('policy_sweeps').count({ n: '*' }))[0].n);
    const ask = async (key?: string) =>
      expect(
        (await scene.plugin.as('nora').post('/sweeps', {}, key)).status,
      ).toBe(202);
    // Whether one is asked for; the hint that starts it at once is kept away.
    const isWanted = async () =>
      (await scene.plugin.as('sam').get('/state')).body.sweeping;
    jest
      .spyOn(scene.plugin.scheduler, 'triggerTask')
      .mockRejectedValue(new Error('Not now'));
    await ask();
    await ask();
    await ask('the-key');
    expect(await isWanted()).toBe(true);
    jest.restoreAllMocks();
    await scene.plugin.run('sweep');
    expect(await count()).toBe(2);
    expect(await isWanted()).toBe(false);

    jest
      .spyOn(scene.plugin.scheduler, 'triggerTask')
      .mockRejectedValue(new Error('Not now'));
    await ask('the-key');
    expect(await isWanted()).toBe(false);
    await ask('another');
    expect(await isWanted()).toBe(true);
    jest.restoreAllMocks();

    // While one runs: it may have been by what has changed since.
    let asked = false;
    scene.onList = async () => {
      if (asked) return;
      asked = true;
      await wantSweep(scene.knex, 'user:default/omar');
      await wantSweep(scene.knex, 'user:default/nora');
    };
    await scene.plugin.run('sweep');
    expect(await count()).toBe(4);
    expect(await isWanted()).toBe(false);
  });

  it('is for administrators to start', async () => {
    const { status, body } = await scene.plugin.as('sam').post('/sweeps');
    expect([status, body.error.message]).toEqual([
      403,
      expect.stringMatching(/Only the platform team/),
    ]);
    expect((await scene.plugin.as('nora').post('/sweeps')).status).toBe(202);
  });
});
