import { createBackendModule } from '@backstage/backend-plugin-api';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { POLICY_OBJECTS_EVENTS_TOPIC } from '@slipway/plugin-policies-common';
import {
  policyObjectsExtensionPoint,
  type PolicyObject,
} from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { createFolder, ownerPolicy, policyText } from './__testUtils__/folders';
import { ORDERS, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { waitFor } from './__testUtils__/waitFor';
import { beginSweep, wantSweep } from './database/sweeps';

jest.setTimeout(120_000);

const PAYMENTS = 'group:default/team-payments';

const component = (
  name: string,
  options: { owner?: string; lifecycle?: string } = {},
): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { owner: ORDERS, ...options },
});

const database = (
  name: string,
  options: { owner?: string; encrypted?: boolean } = {},
): PolicyObject => ({
  id: name,
  request: {
    kind: 'DatabaseRequest',
    object: { name, environment: 'production', owner: ORDERS, ...options },
    entityRef: `resource:default/${name}.production`,
  },
  link: `/databases/production/${name}`,
});

describe('the sweep', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let knex: Knex;
  let plugin: Plugin;
  /** What the module's source lists. */
  let listed: PolicyObject[] = [];
  let onList: () => Promise<void> = async () => undefined;
  let onNotify: () => Promise<void> = async () => undefined;
  const entities: Entity[] = [];

  const source = createBackendModule({
    pluginId: 'policies',
    moduleId: 'databases',
    register(reg) {
      reg.registerInit({
        deps: { objects: policyObjectsExtensionPoint },
        async init({ objects }) {
          objects.addSource({
            id: 'databases',
            async list() {
              await onList();
              return { items: listed };
            },
            get: async id => listed.find(each => each.id === id),
          });
        },
      });
    },
  });

  beforeEach(async () => {
    folder = await createFolder({
      'a.yaml': policyText(),
      'b.yaml': ownerPolicy,
    });
    knex = await databases.init('POSTGRES_18');
    entities.splice(
      0,
      entities.length,
      component('good', { lifecycle: 'production' }),
      component('one'),
      component('two', { owner: PAYMENTS }),
      component('three', { owner: '' }),
    );
    listed = [database('orders'), database('basket', { encrypted: true })];
    onList = async () => undefined;
    onNotify = async () => undefined;
    plugin = await startPlugin({
      knex,
      approvalsKnex: await databases.init('POSTGRES_18'),
      folder: folder.path,
      entities,
      features: [source],
      onNotify: () => onNotify(),
    });
  });

  afterEach(async () => {
    await plugin.stop();
    await folder.remove();
  });

  const violations = async (query = '', as = 'sam') => {
    const { body, status } = await plugin.as(as).get(`/violations?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return body as {
      totalItems: number;
      items: { name: string; firstSeen: string; lastSeen: string }[];
    };
  };
  const names = async (query = '', as = 'sam') =>
    (await violations(query, as)).items.map(({ name }) => name);
  const compliance = async (query = '') =>
    (await plugin.as('sam').get(`/compliance?${query}`)).body;
  const sweep = async () => {
    await plugin.as('nora').post('/sweeps');
    await plugin.run('sweep');
  };

  it('finds what violates a policy, with owner and age, and tells each owner once', async () => {
    expect(await compliance()).toMatchObject({
      now: { checked: 0 },
      byOwner: [],
      days: [],
    });
    await plugin.run('sweep');
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

    expect(plugin.notifications.map(({ recipients }) => recipients)).toEqual(
      expect.arrayContaining([
        { type: 'entity', entityRef: [ORDERS] },
        { type: 'entity', entityRef: [PAYMENTS] },
        // What nobody owns.
        { type: 'entity', entityRef: ['group:default/platform-team'] },
      ]),
    );
    expect(plugin.notifications).toHaveLength(3);

    // Nothing new: nobody is told again, and the age stays.
    await sweep();
    expect(plugin.notifications).toHaveLength(3);
    const again = (await violations()).items;
    expect(again[0].firstSeen).toBe(items[0].firstSeen);
    expect(again[0].lastSeen > items[0].lastSeen).toBe(true);

    // One is mended, one is gone, one is new.
    entities[1].spec!.lifecycle = 'production';
    listed = [database('late')];
    await sweep();
    expect((await names()).sort()).toEqual(['late', 'three', 'two']);
    expect(plugin.notifications).toHaveLength(4);
    const state = (await plugin.as('sam').get('/state')).body;
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

  it('narrows, sorts and pages lists, and exports them', async () => {
    listed.push(database('=1+1'));
    await plugin.run('sweep');
    expect(await names('mode=deny')).toEqual(
      expect.arrayContaining(['orders', '=1+1']),
    );
    expect(await names('mine=true', 'ines')).toEqual(['two']);
    expect(await names(`owner=${encodeURIComponent(PAYMENTS)}`)).toEqual([
      'two',
    ]);
    expect(await names('owner=none')).toEqual(['three']);
    expect(await names('kind=Component&search=lifecycle')).toHaveLength(3);
    expect(await names('search=%25')).toEqual([]);
    expect(await names('environment=staging')).toEqual([]);
    expect(
      await names(`entityRef=${encodeURIComponent('Component:default/one')}`),
    ).toEqual(['one']);
    const pages = [
      ...(await names('sort=age&limit=3')),
      ...(await names('sort=age&limit=3&offset=3')),
    ];
    expect(new Set(pages).size).toBe(5);

    const csv = await plugin
      .as('sam')
      .get('/violations/export?format=csv&mode=deny');
    expect(csv.headers['content-type']).toContain('text/csv');
    const lines = csv.text.trim().split('\r\n');
    expect(lines[0]).toMatch(/^policy,title,mode,kind,name/);
    expect(lines).toHaveLength(3);
    expect(csv.text).toContain(`"'=1+1"`);
    const json = await plugin.as('sam').get('/violations/export?format=json');
    expect(json.body).toHaveLength(5);
    expect(
      (await plugin.as('sam').get('/violations/export?format=json&kind=X'))
        .body,
    ).toEqual([]);
  });

  it('counts pairs of a policy and a thing, so that sums agree', async () => {
    await plugin.run('sweep');
    const counts = await compliance();
    expect(counts.now).toEqual({ checked: 6, violating: 4, waived: 0 });
    expect(counts.byOwner).toEqual([
      { checked: 1, violating: 1, waived: 0 },
      { owner: ORDERS, checked: 4, violating: 2, waived: 0 },
      { owner: PAYMENTS, checked: 1, violating: 1, waived: 0 },
    ]);
    expect(counts.byPolicy).toEqual([
      {
        policy: 'encrypted',
        title: 'Encryption',
        mode: 'deny',
        checked: 2,
        violating: 1,
        waived: 0,
      },
      expect.objectContaining({ policy: 'owned', checked: 4, violating: 3 }),
    ]);
    expect(counts.days).toEqual([
      {
        date: new Date().toISOString().slice(0, 10),
        checked: 6,
        violating: 4,
        waived: 0,
      },
    ]);
    expect((await compliance('policy=owned')).now.checked).toBe(4);
    expect((await compliance('mine=true')).now.checked).toBe(4);
    expect(
      (await compliance('from=2026-01-01&to=2025-01-01')).error.message,
    ).toMatch(/from is after to/);

    // A waiver counts at once, and until its time is over.
    await knex.raw(
      `INSERT INTO policy_waivers (id, policy, policy_title, policy_digest, scope_kind, scope_name, scope_owner, owner,
          reason, requester, created_at, expires_at, approval_digest, granted_at)
        VALUES (gen_random_uuid(), 'encrypted', 'Encryption', 'x', 'DatabaseRequest', 'orders', ?, ?,
          'r', 'user:default/sam', now(), now() + interval '1 hour', 'x', now())`,
      [ORDERS, ORDERS],
    );
    expect((await compliance()).now).toEqual({
      checked: 6,
      violating: 3,
      waived: 1,
    });
    expect(await names('waived=true')).toEqual(['orders']);
    expect(await names('waived=false')).toHaveLength(3);
    await knex('policy_waivers').update({ expires_at: new Date() });
    expect((await compliance()).now.waived).toBe(0);
    expect(await names('waived=true')).toEqual([]);
  });

  it('resolves nothing when it could not see everything, and begins anew', async () => {
    await plugin.run('sweep');
    entities.splice(1, 1);
    onList = async () => {
      throw new Error('The databases do not answer');
    };
    await sweep();
    const state = (await plugin.as('sam').get('/state')).body;
    expect(state.lastSweep).toMatchObject({
      error: 'The databases do not answer',
    });
    expect(await names()).toHaveLength(4);

    // One that was killed leaves a row that never ended.
    await knex.raw(
      `INSERT INTO policy_sweeps (id, cause, digest, started_at) VALUES (gen_random_uuid(), 'schedule', 'x', now())`,
    );
    expect((await plugin.as('sam').get('/state')).body.sweeping).toBe(true);
    onList = async () => undefined;
    await plugin.run('sweep');
    expect((await names()).sort()).toEqual(['orders', 'three', 'two']);
    expect((await plugin.as('sam').get('/state')).body).toMatchObject({
      sweeping: false,
      lastSweep: { violations: 3 },
    });
  });

  it('runs when policies change, also while one runs, and otherwise when it is due', async () => {
    await plugin.run('sweep');
    const count = async () =>
      Number((await knex('policy_sweeps').count({ n: '*' }))[0].n);
    expect(await count()).toBe(1);
    await plugin.run('sweep');
    expect(await count()).toBe(1);

    let changed = false;
    onList = async () => {
      if (changed) return;
      changed = true;
      await folder.write('a.yaml', policyText({ mode: 'audit' }));
      await plugin.run('locations');
    };
    await sweep();
    expect(await count()).toBe(3);
    expect((await violations('mode=audit')).items).toMatchObject([
      { name: 'orders', mode: 'audit' },
    ]);
    expect((await violations('mode=deny')).items).toEqual([]);
  });

  it('looks again at what changed, after a hint', async () => {
    await plugin.run('sweep');
    const hint = (id: string, from = 'databases') =>
      plugin.events.publish({
        topic: POLICY_OBJECTS_EVENTS_TOPIC,
        eventPayload: { source: from, id },
      });
    listed = [
      database('orders', { encrypted: true }),
      database('basket', { encrypted: false }),
    ];
    await hint('orders');
    await hint('basket');
    await hint('nothing');
    await hint('x', 'unknown');
    await waitFor(async () => (await names('mode=deny')).join() === 'basket');
    entities.splice(1, 1);
    await hint('component:default/one', 'catalog');
    await waitFor(async () => !(await names()).includes('one'));
    expect((await names()).sort()).toEqual(['basket', 'three', 'two']);
  });

  it('tells owners a minute later when they could not be told, and sweeps no more for that', async () => {
    onNotify = async () => {
      throw new Error('Nobody takes notifications');
    };
    await plugin.run('sweep');
    expect(await names()).toHaveLength(4);
    expect(plugin.notifications).toEqual([]);
    onNotify = async () => undefined;
    await plugin.run('sweep');
    expect(plugin.notifications).toHaveLength(3);
    await plugin.run('sweep');
    expect(plugin.notifications).toHaveLength(3);
    expect(await knex('policy_sweeps').select('error')).toEqual([
      { error: null },
    ]);
  });

  it('writes nothing once another took its place', async () => {
    await plugin.run('sweep');
    const before = (await violations()).items;
    let other: { id: string; number: number } | undefined;
    onList = async () => {
      other ??= await beginSweep(knex, 'x', 0);
    };
    entities.splice(1, 1);
    listed = [database('late')];
    await wantSweep(knex, 'schedule');
    await plugin.run('sweep');
    expect(other).toBeDefined();
    expect((await violations()).items.map(({ name }) => name)).toEqual(
      before.map(({ name }) => name),
    );
    expect(
      await knex('policy_sweeps').orderBy('number').select('error'),
    ).toEqual([
      { error: null },
      { error: 'It was interrupted.' },
      { error: null },
    ]);
    // The other one is not ended by this one.
    expect((await plugin.as('sam').get('/state')).body.sweeping).toBe(true);
  });

  it('is joined while it is only asked for, followed while it runs, and asked for once with a key', async () => {
    await plugin.run('sweep');
    const count = async () =>
      Number((await knex('policy_sweeps').count({ n: '*' }))[0].n);
    const ask = async (key?: string) =>
      expect((await plugin.as('nora').post('/sweeps', {}, key)).status).toBe(
        202,
      );
    // Whether one is asked for; the hint that starts it at once is kept away.
    const isWanted = async () =>
      (await plugin.as('sam').get('/state')).body.sweeping;
    jest
      .spyOn(plugin.scheduler, 'triggerTask')
      .mockRejectedValue(new Error('Not now'));
    await ask();
    await ask();
    await ask('the-key');
    expect(await isWanted()).toBe(true);
    jest.restoreAllMocks();
    await plugin.run('sweep');
    expect(await count()).toBe(2);
    expect(await isWanted()).toBe(false);

    jest
      .spyOn(plugin.scheduler, 'triggerTask')
      .mockRejectedValue(new Error('Not now'));
    await ask('the-key');
    expect(await isWanted()).toBe(false);
    await ask('another');
    expect(await isWanted()).toBe(true);
    jest.restoreAllMocks();

    // While one runs: it may have been by what has changed since.
    let asked = false;
    onList = async () => {
      if (asked) return;
      asked = true;
      await wantSweep(knex, 'user:default/omar');
      await wantSweep(knex, 'user:default/nora');
    };
    await plugin.run('sweep');
    expect(await count()).toBe(4);
    expect(await isWanted()).toBe(false);
  });

  it('is for administrators to start', async () => {
    const { status, body } = await plugin.as('sam').post('/sweeps');
    expect([status, body.error.message]).toEqual([
      403,
      expect.stringMatching(/Only the platform team/),
    ]);
    expect((await plugin.as('nora').post('/sweeps')).status).toBe(202);
  });
});
