import { TestDatabases } from '@backstage/backend-test-utils';
import {
  digest,
  ORDERS,
  PLATFORM,
  ref,
  SECURITY,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('decisions', () => {
  let plugin: Plugin;
  let subjects = 0;

  beforeAll(async () => {
    plugin = await startPlugin({ knex: await databases.init('POSTGRES_18') });
  });
  afterAll(() => plugin?.stop());

  const requested = (extra: object = {}) =>
    plugin.requested({
      subject: { kind: 'test', id: `s-${(subjects += 1)}` },
      ...extra,
    });
  const twoOf = { rule: [{ groups: [PLATFORM], required: 2 }] };

  it('approves when enough have approved, and says who did and why', async () => {
    const { id } = await requested(twoOf);
    const first = await plugin.vote('nora', id);
    expect(first.body).toMatchObject({ state: 'pending', approvals: [1] });
    const second = await plugin.vote('omar', id, 'approve', { reason: 'Fine' });
    expect(second.body).toMatchObject({
      state: 'approved',
      votes: [
        { person: ref('nora'), answer: 'approve' },
        { person: ref('omar'), answer: 'approve', reason: 'Fine' },
      ],
      me: { mayVote: false, mayWithdraw: false },
    });
    const { body } = await plugin.as('sam').get(`/approvals/${id}/events`);
    expect(body.items.map((e: { message: string }) => e.message)).toEqual([
      'Asked for approval',
      'Approved',
      'Approved: Fine',
      'The request is approved',
    ]);
  });

  it('is rejected by one, with a reason', async () => {
    const { id } = await requested(twoOf);
    const silent = await plugin
      .as('nora')
      .put(`/approvals/${id}/vote`, { answer: 'reject', reason: ' ' });
    expect([silent.status, silent.body.error.message]).toEqual([
      400,
      expect.stringMatching(/^reason is missing/),
    ]);
    expect((await plugin.vote('nora', id, 'reject')).body).toMatchObject({
      state: 'rejected',
      endReason: 'Too big',
    });
  });

  it('needs every part of a rule, and counts somebody in two groups for both', async () => {
    const rule = [
      { groups: [PLATFORM], required: 2 },
      { groups: [SECURITY], required: 1 },
    ];
    const { id } = await requested({ rule });
    expect((await plugin.vote('pia', id)).body).toMatchObject({
      state: 'pending',
      approvals: [1, 1],
    });
    expect((await plugin.vote('quin', id)).body).toMatchObject({
      state: 'pending',
      approvals: [1, 2],
    });
    expect((await plugin.vote('omar', id)).body.state).toBe('approved');
  });

  it.each([
    ['the requester', 'nora', { requester: ref('nora') }, /asked for it/],
    ['an author', 'omar', { authors: [ref('omar')] }, /made what is decided/],
    ['an owner who decides nothing', 'tara', {}, /Only members of/],
    ['an administrator who decides nothing', 'root', {}, /Only members of/],
  ])('refuses the vote of %s', async (_who, name, extra, words) => {
    const { id } = await requested(extra);
    const { status, body } = await plugin.vote(name, id);
    expect([status, body.error.message]).toEqual([
      403,
      expect.stringMatching(words),
    ]);
    const { body: seen } = await plugin.as(name).get(`/approvals/${id}`);
    expect(seen).toMatchObject({
      state: 'pending',
      votes: [],
      me: { mayVote: false, reason: expect.stringMatching(words) },
    });
  });

  it('takes votes only from people with a session of their own', async () => {
    const { id } = await requested();
    const answer = { answer: 'approve' };
    for (const [who, status] of [
      [plugin.onBehalfOf('nora'), 403],
      [plugin.service(), 403],
    ] as const) {
      expect((await who.put(`/approvals/${id}/vote`, answer)).status).toBe(
        status,
      );
      expect((await who.delete(`/approvals/${id}/vote`)).status).toBe(status);
      expect((await who.post(`/approvals/${id}/withdraw`)).status).toBe(status);
    }
    expect(await plugin.stateOf(id)).toBe('pending');
    // It may look, and is told what it may not.
    const { body } = await plugin.onBehalfOf('nora').get(`/approvals/${id}`);
    expect(body.me.mayVote).toBe(false);
  });

  it('lets a vote be changed and taken back while nothing is decided', async () => {
    const { id } = await requested(twoOf);
    await plugin.vote('nora', id);
    expect(
      (await plugin.as('nora').delete(`/approvals/${id}/vote`)).body,
    ).toMatchObject({ votes: [], approvals: [0] });
    await plugin.vote('omar', id);
    expect(await plugin.stateOf(id)).toBe('pending');
    await plugin.vote('nora', id);
    expect(await plugin.stateOf(id)).toBe('approved');

    const late = await plugin.as('nora').delete(`/approvals/${id}/vote`);
    expect(late.status).toBe(409);
    const changed = await plugin.vote('nora', id, 'reject');
    expect([changed.status, changed.body.error.message]).toEqual([
      409,
      'The request is approved already, which never changes.',
    ]);
    // The same vote again, whose answer may have been lost.
    expect((await plugin.vote('nora', id)).body.state).toBe('approved');
  });

  it('does not count who has left the group before the decision', async () => {
    const { id } = await requested(twoOf);
    await plugin.vote('nora', id);
    plugin.membership.set(ref('nora'), [ORDERS]);
    expect((await plugin.vote('omar', id)).body).toMatchObject({
      state: 'pending',
      approvals: [1],
    });
    expect((await plugin.vote('pia', id)).body.state).toBe('approved');

    // Nor may the person vote any more.
    const { id: another } = await requested();
    expect((await plugin.vote('nora', another)).status).toBe(403);
    plugin.membership.set(ref('nora'), [PLATFORM]);
  });

  it('shows a request to those whom it concerns, and is not there for others', async () => {
    const { id } = await requested();
    for (const name of ['sam', 'tara', 'nora', 'root']) {
      expect((await plugin.as(name).get(`/approvals/${id}`)).status).toBe(200);
    }
    for (const path of [`/approvals/${id}`, `/approvals/${id}/events`]) {
      expect((await plugin.as('ines').get(path)).status).toBe(404);
    }
    expect((await plugin.vote('ines', id)).status).toBe(404);
    const { body } = await plugin.as('ines').get('/approvals');
    expect(body).toEqual({ items: [], totalItems: 0 });
  });

  it('lists what waits for me, what I asked for and what is over', async () => {
    const { id } = await requested();
    const ids = async (name: string, view: string) =>
      (
        await plugin.as(name).get(`/approvals?view=${view}&limit=100`)
      ).body.items.map((item: { id: string }) => item.id);
    expect(await ids('nora', 'to-decide')).toContain(id);
    expect(await ids('sam', 'to-decide')).not.toContain(id);
    expect(await ids('sam', 'asked')).toContain(id);
    expect(await ids('quin', 'to-decide')).not.toContain(id);
    await plugin.vote('nora', id);
    expect(await ids('nora', 'to-decide')).not.toContain(id);
    expect(await ids('omar', 'to-decide')).not.toContain(id);
    expect(await ids('omar', 'decided')).toContain(id);
    // What was answered and is still open waits for the others.
    const { id: open } = await requested(twoOf);
    await plugin.vote('nora', open);
    expect(await ids('nora', 'to-decide')).not.toContain(open);
    expect(await ids('omar', 'to-decide')).toContain(open);
  });

  it('is withdrawn by whoever asked, and by administrators', async () => {
    const { id } = await requested();
    const refused = await plugin.as('nora').post(`/approvals/${id}/withdraw`);
    expect(refused.status).toBe(403);
    const { body } = await plugin
      .as('sam')
      .post(`/approvals/${id}/withdraw`, { reason: 'Not needed' });
    expect(body).toMatchObject({ state: 'withdrawn', endReason: 'Not needed' });
    expect((await plugin.vote('nora', id)).status).toBe(409);
    const { id: another } = await requested();
    expect(
      (await plugin.as('root').post(`/approvals/${another}/withdraw`)).body
        .state,
    ).toBe('withdrawn');
  });

  it('leaves each change on record', async () => {
    const { id } = await requested();
    plugin.audit.length = 0;
    await plugin.vote('sam', id);
    await plugin.vote('nora', id);
    expect(plugin.audit).toEqual([
      {
        eventId: 'approval-vote',
        status: 'failed',
        meta: { approvalId: id, answer: 'approve' },
      },
      {
        eventId: 'approval-vote',
        status: 'succeeded',
        meta: {
          approvalId: id,
          answer: 'approve',
          state: 'approved',
          digest: digest(),
        },
      },
    ]);
  });

  describe('with deputies', () => {
    const asDeputyOf = (name: string) => ({ onBehalfOf: ref(name) });

    it('counts a vote of the deputy as one of the person, once for both', async () => {
      await plugin.appoint('nora', 'ines');
      const { id } = await requested(twoOf);
      const { body } = await plugin.as('ines').get('/approvals?view=to-decide');
      expect(body.items.map((item: { id: string }) => item.id)).toContain(id);
      expect(
        (await plugin.as('ines').get(`/approvals/${id}`)).body.me,
      ).toMatchObject({ mayVote: true, voteAs: [ref('nora')] });

      // Not for oneself: ines is no decider.
      expect((await plugin.vote('ines', id)).status).toBe(403);
      const cast = await plugin.vote('ines', id, 'approve', asDeputyOf('nora'));
      expect(cast.body.votes).toMatchObject([
        { person: ref('nora'), castBy: ref('ines') },
      ]);
      // Nora votes herself: it stays one vote.
      expect((await plugin.vote('nora', id)).body).toMatchObject({
        state: 'pending',
        approvals: [1],
        votes: [{ person: ref('nora'), castBy: ref('nora') }],
      });
      // And the deputy changes hers no more.
      expect(
        (await plugin.vote('ines', id, 'reject', asDeputyOf('nora'))).status,
      ).toBe(409);
      const { body: events } = await plugin
        .as('sam')
        .get(`/approvals/${id}/events`);
      expect(events.items[1]).toMatchObject({
        message: `Approved for ${ref('nora')}`,
        actor: ref('ines'),
      });
    });

    it('leaves the vote of one deputy to this one and the person, not to another deputy', async () => {
      await plugin.appoint('nora', 'ines');
      await plugin.appoint('nora', 'tara');
      const { id } = await requested(twoOf);
      await plugin.vote('ines', id, 'approve', asDeputyOf('nora'));
      const other = await plugin.vote('tara', id, 'reject', asDeputyOf('nora'));
      expect([other.status, other.body.error.message]).toEqual([
        409,
        expect.stringContaining(ref('ines')),
      ]);
      expect(await plugin.stateOf(id)).toBe('pending');
    });

    it('lets nobody vote twice, for oneself and for another', async () => {
      await plugin.appoint('omar', 'pia');
      const { id } = await requested(twoOf);
      await plugin.vote('pia', id);
      const again = await plugin.vote('pia', id, 'approve', asDeputyOf('omar'));
      expect([again.status, again.body.error.message]).toEqual([
        409,
        expect.stringMatching(/nobody votes twice/),
      ]);
      expect(await plugin.stateOf(id)).toBe('pending');
    });

    it('never lets the requester decide: neither through a deputy nor as one', async () => {
      await plugin.appoint('nora', 'sam');
      await plugin.appoint('omar', 'tara');
      const { id } = await requested();
      expect(
        (await plugin.vote('sam', id, 'approve', asDeputyOf('nora'))).status,
      ).toBe(403);
      const { id: hers } = await requested({ requester: ref('omar') });
      expect(
        (await plugin.vote('tara', hers, 'approve', asDeputyOf('omar'))).status,
      ).toBe(403);
    });

    it('refuses who is no deputy, is one no more, or of somebody who left', async () => {
      const { id } = await requested();
      const refused = await plugin.vote(
        'quin',
        id,
        'approve',
        asDeputyOf('nora'),
      );
      expect([403, 404]).toContain(refused.status);
      const appointment = await plugin.appoint('pia', 'quin');
      plugin.membership.set(ref('pia'), [SECURITY]);
      expect(
        (await plugin.vote('quin', id, 'approve', asDeputyOf('pia'))).status,
      ).toBe(404);
      plugin.membership.set(ref('pia'), [PLATFORM, SECURITY]);
      // Whose deputy ends it is no stranger.
      expect(
        (await plugin.as('tara').delete(`/deputies/${appointment}`)).status,
      ).toBe(404);
      expect(
        (await plugin.as('pia').delete(`/deputies/${appointment}`)).status,
      ).toBe(204);
      expect(
        (await plugin.vote('quin', id, 'approve', asDeputyOf('pia'))).status,
      ).toBe(404);
      expect(await plugin.stateOf(id)).toBe('pending');
    });

    it('leaves a vote standing when the appointment ends, and to the principal alone', async () => {
      const appointment = await plugin.appoint('nora', 'omar');
      const cast = async () => {
        const { id } = await requested({
          rule: [{ groups: [PLATFORM, SECURITY], required: 2 }],
        });
        await plugin.vote('omar', id, 'approve', asDeputyOf('nora'));
        return id;
      };
      const [one, two, three] = [await cast(), await cast(), await cast()];
      const takeBack = (name: string, id: string, query = '') =>
        plugin.as(name).delete(`/approvals/${id}/vote${query}`);
      const asDeputy = `?onBehalfOf=${encodeURIComponent(ref('nora'))}`;
      // While one is the deputy, one may.
      expect((await takeBack('omar', three, asDeputy)).body.votes).toEqual([]);
      await plugin.as('nora').delete(`/deputies/${appointment}`);

      // Neither taken back nor changed by who is no deputy any more.
      for (const refused of [
        await takeBack('omar', one, asDeputy),
        await plugin.vote('omar', one, 'reject', asDeputyOf('nora')),
      ]) {
        expect([refused.status, refused.body.error.message]).toEqual([
          403,
          expect.stringMatching(/You are no deputy of user:default\/nora/),
        ]);
      }
      // And no second vote of who has spoken for somebody else.
      const own = await plugin.vote('omar', one);
      expect([own.status, own.body.error.message]).toEqual([
        409,
        expect.stringMatching(/only user:default\/nora can\.$/),
      ]);
      // It was valid when it was cast, and decides.
      expect((await plugin.vote('quin', one)).body).toMatchObject({
        state: 'approved',
        votes: [
          { person: ref('nora'), castBy: ref('omar') },
          { person: ref('quin') },
        ],
      });
      expect((await takeBack('nora', two)).body.votes).toEqual([]);
    });

    it('names deputies that can be named, once per key', async () => {
      const from = new Date().toISOString();
      const until = new Date(Date.now() + 3_600_000).toISOString();
      for (const [body, words] of [
        [{ deputy: ref('nobody'), from, until }, /is not in the catalog/],
        [{ deputy: ref('sam'), from, until }, /deputy is yourself/],
        [{ deputy: 'group:default/x', from, until }, /deputy is no user/],
        [{ deputy: ref('nora'), from, until: from }, /until is not within/],
        [{ deputy: ref('nora'), from: 'today', until }, /from is no time/],
      ] as const) {
        const refused = await plugin.as('sam').post('/deputies', body);
        expect([refused.status, refused.body.error.message]).toEqual([
          400,
          expect.stringMatching(words),
        ]);
      }
      const leaver = await plugin
        .as('nobody')
        .post('/deputies', { deputy: ref('nora'), from, until });
      expect([leaver.status, leaver.body.error.message]).toEqual([
        403,
        expect.stringMatching(/^You are not in the catalog any more/),
      ]);
      const body = { deputy: ref('tara'), from, until, reason: 'Holiday' };
      const one = await plugin.as('sam').post('/deputies', body, 'once');
      const two = await plugin.as('sam').post('/deputies', body, 'once');
      expect(two.body).toEqual(one.body);
      const listOf = async (name: string, query = '') =>
        (await plugin.as(name).get(`/deputies${query}`)).body.items?.map(
          (item: { id: string }) => item.id,
        );
      expect(await listOf('tara')).toContain(one.body.id);
      expect(await listOf('quin')).not.toContain(one.body.id);
      expect(await listOf('quin', '?all=true')).toBeUndefined();
      expect(await listOf('root', '?all=true')).toContain(one.body.id);
      const ofTara = `?person=${encodeURIComponent(ref('tara'))}`;
      expect(await listOf('quin', ofTara)).toBeUndefined();
      expect(await listOf('tara', ofTara)).toContain(one.body.id);
      expect(await listOf('root', ofTara)).toContain(one.body.id);
      const { body: page } = await plugin
        .as('root')
        .get('/deputies?all=true&limit=1&offset=1');
      expect([page.items.length, page.totalItems > 1]).toEqual([1, true]);
      // What has ended comes last, and not at all when one asks for what has not.
      await plugin.as('sam').delete(`/deputies/${one.body.id}`);
      expect(await listOf('root', `${ofTara}&open=true`)).not.toContain(
        one.body.id,
      );
      expect((await listOf('root', ofTara)).at(-1)).toBe(one.body.id);
    });
  });
});
