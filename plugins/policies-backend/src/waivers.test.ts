import { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { Knex } from 'knex';
import { createFolder, ownerPolicy, policyText } from './__testUtils__/folders';
import { ORDERS, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { waitFor } from './__testUtils__/waitFor';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
const inDays = (days: number) =>
  new Date(Date.now() + days * DAY_MS).toISOString();

const ask = (extra: object = {}) => ({
  policy: 'encrypted',
  field: 'encrypted',
  scope: { kind: 'DatabaseRequest', name: 'orders', environment: 'production' },
  owner: 'team-orders',
  reason: 'The old client cannot.',
  expiresAt: inDays(30),
  ...extra,
});

const order = {
  kind: 'DatabaseRequest',
  operation: 'create',
  object: { name: 'orders', environment: 'production', owner: 'team-orders' },
};

const component = (name: string, owner: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { owner },
  relations: [{ type: 'ownedBy', targetRef: owner }],
});

describe('waivers', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const plugins: Plugin[] = [];
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let knex: Knex;
  let approvalsKnex: Knex;
  let plugin: Plugin;

  const replica = async () => {
    const started = await startPlugin({
      knex,
      approvalsKnex,
      folder: folder.path,
      entities: [
        component('basket', 'group:default/team-payments'),
        component('orders', ORDERS),
      ],
    });
    plugins.push(started);
    return started;
  };

  beforeEach(async () => {
    folder = await createFolder({
      'a.yaml': policyText(),
      'b.yaml': ownerPolicy,
    });
    [knex, approvalsKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    plugin = await replica();
  });

  afterEach(async () => {
    await Promise.all(plugins.splice(0).map(each => each.stop()));
    await folder.remove();
  });

  const requested = async (extra: object = {}, key?: string) => {
    const { body, status } = await plugin
      .as('sam')
      .post('/waivers', ask(extra), key);
    expect([status, body.error]).toEqual([201, undefined]);
    return body as { id: string; state: string; approvalId: string };
  };
  const decide = (name: string, approvalId: string, answer = 'approve') =>
    plugin.as(name).put(`/api/approvals/approvals/${approvalId}/vote`, {
      answer,
      reason: 'Seen.',
    });
  const of = async (party: string) =>
    (await plugin.as('nora').get(`/waivers?party=${encodeURIComponent(party)}`))
      .body;
  const get = async (id: string) =>
    (await plugin.as('sam').get(`/waivers/${id}`)).body;
  const stateIs = (id: string, state: string) =>
    waitFor(async () => (await get(id)).state === state);
  const evaluate = async (object: object = {}, by = plugin) =>
    (
      await by.as('sam').post('/evaluate', {
        ...order,
        object: { ...order.object, ...object },
      })
    ).body;

  it('are found by who asked for them and by whom they are for, while they are open', async () => {
    const waiver = await requested();
    for (const party of [ORDERS, 'user:default/sam', 'User:default/Sam']) {
      expect(await of(party)).toMatchObject({
        totalItems: 1,
        items: [
          {
            id: waiver.id,
            policyTitle: 'Encryption',
            owner: ORDERS,
            requester: 'user:default/sam',
            state: 'requested',
          },
        ],
      });
    }
    expect((await of('user:default/tara')).totalItems).toBe(0);
    const { body } = await plugin.as('nora').get('/waivers?party=sam');
    expect(body.error.message).toMatch(/^party is no ref of a person/);
    await plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
    expect((await of(ORDERS)).totalItems).toBe(0);
  });

  it('cover a thing that does not exist yet for who asked, and not for who orders it first', async () => {
    const entityRef = 'resource:default/orders.production';
    const waiver = await requested({
      scope: { kind: 'DatabaseRequest', entityRef },
    });
    expect(waiver).toMatchObject({ scope: { entityRef, owner: ORDERS } });
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    const allowed = async (owner: string) => {
      const { body } = await plugin.as('sam').post('/evaluate', {
        ...order,
        entityRef,
        object: { ...order.object, owner },
      });
      return body.allowed;
    };
    expect([
      await allowed(ORDERS),
      await allowed('group:default/team-payments'),
    ]).toEqual([true, false]);
  });

  it('are asked for by the owner, granted by others, shown where they act, and ended early', async () => {
    const waiver = await requested();
    expect(waiver).toMatchObject({
      state: 'requested',
      policyChanged: false,
      me: { mayWithdraw: true, mayEnd: false },
      // What a group asks for is what belongs to it.
      scope: { name: 'orders', environment: 'production', owner: ORDERS },
    });
    expect((await evaluate()).allowed).toBe(false);

    const question = await plugin
      .as('nora')
      .get(`/api/approvals/approvals/${waiver.approvalId}`);
    expect(question.body).toMatchObject({
      title:
        'Waive "Encryption" for Database orders of team-orders in production',
      facts: expect.arrayContaining([
        { label: 'Policy', value: 'Encryption' },
        {
          label: 'Covers',
          value: 'Database orders of team-orders in production',
        },
        { label: 'Answers for it', value: ORDERS },
      ]),
    });
    expect((await decide('sam', waiver.approvalId)).status).toBe(403);
    expect((await decide('nora', waiver.approvalId)).status).toBe(200);
    await stateIs(waiver.id, 'granted');
    expect(await get(waiver.id)).toMatchObject({
      grantedBy: 'user:default/nora',
      me: { mayWithdraw: false, mayEnd: true },
    });

    const answer = await evaluate();
    expect(answer).toMatchObject({
      allowed: true,
      findings: [
        {
          policy: 'encrypted',
          waivedBy: {
            id: waiver.id,
            reason: 'The old client cannot.',
            owner: ORDERS,
          },
        },
      ],
    });
    // Of what it does not name nothing is waived.
    for (const other of [
      { name: 'basket' },
      { environment: 'staging' },
      { owner: 'team-payments' },
    ]) {
      expect([other, (await evaluate(other)).allowed]).toEqual([other, false]);
    }

    const end = (name: string) =>
      plugin.as(name).post(`/waivers/${waiver.id}/end`, { reason: 'Mended.' });
    expect((await end('ines')).status).toBe(403);
    expect((await end('tara')).body.state).toBe('ended');
    expect((await end('tara')).body.state).toBe('ended');
    expect((await evaluate()).allowed).toBe(false);

    const { body } = await plugin
      .as('ines')
      .get(`/waivers/${waiver.id}/events`);
    expect(body.items.map((each: { message: string }) => each.message)).toEqual(
      ['Asked for', 'Granted', 'Ended early: Mended.'],
    );
    await waitFor(() =>
      plugin.notifications.some(
        ({ payload }) => payload.title === 'A waiver has ended: Encryption',
      ),
    );
    expect(
      plugin.audit.map(({ eventId, status }) => `${eventId} ${status}`),
    ).toEqual(
      expect.arrayContaining([
        'policy-waiver-request succeeded',
        'policy-waiver-end failed',
        'policy-waiver-end succeeded',
      ]),
    );
  });

  it('end by themselves, whether or not anything runs, and say when the policy has changed', async () => {
    const waiver = await requested();
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    await folder.write(
      'a.yaml',
      policyText().replace('Disks are lost.', 'Disks are sold.'),
    );
    await plugin.run('locations');
    expect((await get(waiver.id)).policyChanged).toBe(true);
    expect((await evaluate()).allowed).toBe(true);
    const { version } = await plugin.policies().version();

    await knex('policy_waivers').update({ expires_at: new Date() });
    expect((await evaluate()).allowed).toBe(false);
    expect((await plugin.policies().version()).version).not.toBe(version);
    expect((await get(waiver.id)).state).toBe('expired');
    await plugin.run('waivers');
    await plugin.run('waivers');
    const { body } = await plugin
      .as('sam')
      .get('/waivers?state=expired&owner=group%3Adefault%2Fteam-orders');
    expect(body).toMatchObject({
      totalItems: 1,
      items: [{ id: waiver.id, endReason: 'Its time was over.' }],
    });
  });

  it('are rejected with the reason, and taken back by whoever asked', async () => {
    const waiver = await requested();
    await decide('omar', waiver.approvalId, 'reject');
    await stateIs(waiver.id, 'rejected');
    expect((await get(waiver.id)).endReason).toContain('Seen.');

    const second = await requested({ reason: 'Another.' });
    const withdraw = (name: string) =>
      plugin.as(name).post(`/waivers/${second.id}/withdraw`);
    expect((await withdraw('tara')).status).toBe(403);
    expect((await withdraw('sam')).body.state).toBe('withdrawn');
    expect((await withdraw('sam')).body.state).toBe('withdrawn');
    expect((await decide('nora', second.approvalId)).status).toBe(409);
    expect((await evaluate()).allowed).toBe(false);
    expect(
      (await plugin.as('sam').post(`/waivers/${second.id}/end`)).status,
    ).toBe(409);
  });

  it('end once, however often and by whomever they are ended, with and without a key', async () => {
    const other = await replica();
    const waiver = await requested();
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    const end = (by: Plugin, name: string, reason: string, key?: string) =>
      by.as(name).post(`/waivers/${waiver.id}/end`, { reason }, key);
    const answers = await Promise.all([
      end(plugin, 'tara', 'Mended.', 'one'),
      end(other, 'tara', 'Mended.', 'one'),
      end(other, 'sam', 'Mended.'),
    ]);
    answers.push(await end(plugin, 'tara', 'Mended.', 'one'));
    // Another reason comes too late, with the key or without.
    answers.push(await end(plugin, 'tara', 'Else.', 'one'));
    answers.push(await end(plugin, 'tara', 'Else.'));
    expect(
      answers.map(({ status, body }) => [status, body.state, body.endReason]),
    ).toEqual(Array(6).fill([200, 'ended', 'Mended.']));
    const { body } = await plugin.as('sam').get(`/waivers/${waiver.id}/events`);
    expect(body.items).toHaveLength(3);
    await plugin.run('waivers');
    await other.run('waivers');
    const told = [...plugin.notifications, ...other.notifications].filter(
      ({ payload }) => payload.title === 'A waiver has ended: Encryption',
    );
    expect(told).toHaveLength(1);
  });

  it('are taken back once, however often', async () => {
    const other = await replica();
    const waiver = await requested();
    const withdraw = (by: Plugin, reason: string, key?: string) =>
      by.as('sam').post(`/waivers/${waiver.id}/withdraw`, { reason }, key);
    const answers = await Promise.all([
      withdraw(plugin, 'No need.', 'one'),
      withdraw(other, 'No need.', 'one'),
      withdraw(other, 'No need.'),
    ]);
    answers.push(await withdraw(plugin, 'Else.', 'one'));
    answers.push(await withdraw(plugin, 'Else.'));
    expect(
      answers.map(({ status, body }) => [status, body.state, body.endReason]),
    ).toEqual(Array(5).fill([200, 'withdrawn', 'No need.']));
    const { body } = await plugin.as('sam').get(`/waivers/${waiver.id}/events`);
    expect(body.items).toHaveLength(2);
  });

  it('cannot be ended when their time was over before', async () => {
    const waiver = await requested();
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    await knex('policy_waivers').update({ expires_at: new Date() });
    const { status, body } = await plugin
      .as('tara')
      .post(`/waivers/${waiver.id}/end`);
    expect([status, body.error.message]).toEqual([
      409,
      'The waiver is expired already.',
    ]);
  });

  it('are one for a key, on any replica', async () => {
    const other = await replica();
    const [body, key] = [ask(), 'the-key'];
    const answers = await Promise.all(
      [plugin, other, plugin].map(each =>
        each.as('sam').post('/waivers', body, key),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(each => each.body.id)).size).toBe(1);
    expect(new Set(answers.map(each => each.body.approvalId)).size).toBe(1);
    const changed = { ...body, reason: 'Else.' };
    expect((await plugin.as('sam').post('/waivers', changed, key)).status).toBe(
      409,
    );
    expect((await plugin.as('sam').get('/waivers')).body.totalItems).toBe(1);
  });

  it.each([
    [{ policy: 'other' }, /policy other is not in force\. Choose one of/],
    [{ field: 'size' }, /field size is none.*Choose one of encrypted/],
    [
      { scope: { kind: 'Component', name: 'orders' } },
      /scope\.kind Component is none.*DatabaseRequest/,
    ],
    [{ scope: { kind: 'DatabaseRequest' } }, /would cover everything/],
    [
      { scope: { kind: 'DatabaseRequest', owner: 'team-payments' } },
      /A group asks for what belongs to it/,
    ],
    [
      {
        policy: 'owned',
        field: undefined,
        scope: { kind: 'Component', entityRef: 'component:default/basket' },
      },
      /belongs to group:default\/team-payments/,
    ],
    [{ expiresAt: inDays(91) }, /at most 90 days/],
    [{ expiresAt: inDays(-1) }, /expiresAt is over/],
  ])('refuses %j, and changes nothing', async (extra, why) => {
    const { status, body } = await plugin
      .as('sam')
      .post('/waivers', ask(extra));
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(why),
    ]);
    expect((await plugin.as('sam').get('/waivers')).body.totalItems).toBe(0);
  });

  it('are not for agents, services, or members of other groups', async () => {
    const refusals = await Promise.all([
      plugin.onBehalfOf('sam').post('/waivers', ask()),
      plugin.service().post('/waivers', ask()),
      plugin.as('ines').post('/waivers', ask()),
      // Not even administrators ask for what is not their group's.
      plugin.as('nora').post('/waivers', ask()),
    ]);
    expect(refusals.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const waiver = await requested();
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    expect(
      (await plugin.onBehalfOf('sam').post(`/waivers/${waiver.id}/end`)).status,
    ).toBe(403);
    const { me } = (await plugin.onBehalfOf('sam').get(`/waivers/${waiver.id}`))
      .body;
    expect(me).toEqual({ mayWithdraw: false, mayEnd: false });
  });

  it('go on after a crash between their steps', async () => {
    // Died before anybody was asked.
    const waiver = await requested();
    await knex('policy_waivers').update({ approval_id: null });
    await plugin.run('waivers');
    expect((await get(waiver.id)).approvalId).toBe(waiver.approvalId);

    // Died between the question's withdrawal and its own.
    await plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
    const second = await requested({ reason: 'Another.' });
    await plugin
      .as('sam')
      .post(`/api/approvals/approvals/${second.approvalId}/withdraw`);
    await plugin.run('waivers');
    await stateIs(second.id, 'withdrawn');

    // Died after the decision, and every hint was lost.
    const third = await requested({ reason: 'A third.' });
    jest.spyOn(plugin.events, 'publish').mockResolvedValue();
    await decide('nora', third.approvalId);
    expect((await get(third.id)).state).toBe('requested');
    await plugin.run('waivers');
    await stateIs(third.id, 'granted');
  });

  it('never change once they have ended, whoever writes', async () => {
    const waiver = await requested();
    await plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
    await expect(
      knex('policy_waivers').update({ ended_at: null }),
    ).rejects.toThrow(/never changes/);
    await expect(knex('policy_waivers').delete()).rejects.toThrow(
      /never changes/,
    );
  });
});
