import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import {
  ANSWER_LINKS_METADATA,
  answerLinksMetadataSchema,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import {
  PLATFORM,
  ref,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const LINK =
  /^(Approve|Reject)(?: as deputy of ([^:\n]+))?: https:\/\/portal\.example\.com\/approvals\/answer#([\w-]{43})$/gm;

describe('links to answer with', () => {
  let plugin: Plugin;
  let knex: Knex;
  let subjects = 0;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({ knex, config: { answerLinks: true } });
  });
  afterAll(() => plugin?.stop());

  /** A request that two decide, and the tokens that somebody was sent for it. */
  async function sentTo(name: string) {
    const { id } = await plugin.requested({
      subject: { kind: 'test', id: `s-${(subjects += 1)}` },
      rule: [{ groups: [PLATFORM], required: 2 }],
    });
    const mail = () =>
      plugin.notifications.find(
        ({ payload, recipients }) =>
          payload.scope === `approvals/${id}` &&
          recipients.type === 'entity' &&
          recipients.entityRef === ref(name),
      );
    await waitFor(() => mail() !== undefined);
    const { description, metadata } = mail()!.payload;
    // What is shown in the bell, and stored.
    expect(description).not.toContain('/approvals/answer');
    const lines = answerLinksMetadataSchema.parse(
      metadata?.[ANSWER_LINKS_METADATA],
    );
    const found = [...lines.join('\n').matchAll(LINK)];
    const tokens = Object.fromEntries(found.map(([, word, , t]) => [word, t]));
    return {
      id,
      approve: tokens.Approve,
      reject: tokens.Reject,
      /** Whose votes the links are, where they are not the person's own. */
      principals: [
        ...new Set(found.flatMap(([, , principal]) => principal ?? [])),
      ],
    };
  }
  const open = (name: string, token: string) =>
    plugin.as(name).post('/answer-links/open', { token });
  const use = (name: string, token: string, extra: object = {}) =>
    plugin.as(name).post('/answer-links/use', { token, ...extra });

  it('show the request to whom they were made for, and vote once', async () => {
    const { id, approve } = await sentTo('nora');
    const { body } = await open('nora', approve);
    expect(body).toMatchObject({
      answer: 'approve',
      approval: { id, state: 'pending', me: { mayVote: true } },
    });
    expect((await open('nora', approve)).status).toBe(200);
    expect((await use('nora', approve)).body).toMatchObject({
      state: 'pending',
      votes: [{ person: ref('nora'), answer: 'approve' }],
    });
    for (const again of [use, open]) {
      const { status, body: refusal } = await again('nora', approve);
      expect([status, refusal.error.message]).toEqual([
        409,
        expect.stringMatching(/used already/),
      ]);
    }
  });

  it('are used once, also when they are used twice at the same time', async () => {
    const { id, approve } = await sentTo('nora');
    const both = await Promise.all([
      use('nora', approve),
      use('nora', approve),
    ]);
    expect(both.some(({ status }) => status === 200)).toBe(true);
    const { body } = await plugin.as('nora').get(`/approvals/${id}/events`);
    expect(
      body.items.filter((e: { type: string }) => e.type === 'vote.cast'),
    ).toHaveLength(1);
  });

  it('refuse everybody else, signed in or not, and stay good for the person', async () => {
    const { id, approve } = await sentTo('nora');
    for (const name of ['omar', 'sam', 'root', 'ines']) {
      expect((await open(name, approve)).status).toBe(403);
      expect((await use(name, approve)).status).toBe(403);
    }
    const { status } = await plugin
      .onBehalfOf('nora')
      .post('/answer-links/use', { token: approve });
    expect(status).toBe(403);
    expect((await use('nora', 'A'.repeat(43))).status).toBe(404);
    expect((await use('nora', 'short')).status).toBe(400);
    expect(
      (await plugin.as('nora').get(`/approvals/${id}`)).body.votes,
    ).toEqual([]);
    expect((await use('nora', approve)).status).toBe(200);
  });

  it('are not used up by a refusal, and need a reason to reject', async () => {
    const { id, reject } = await sentTo('nora');
    const silent = await use('nora', reject);
    expect([silent.status, silent.body.error.message]).toEqual([
      400,
      expect.stringMatching(/^reason is missing/),
    ]);
    expect((await use('nora', reject, { reason: 'No' })).body.state).toBe(
      'rejected',
    );
    const { approve } = await sentTo('omar');
    plugin.membership.set(ref('omar'), []);
    expect((await use('omar', approve)).status).toBe(404);
    plugin.membership.set(ref('omar'), [PLATFORM]);
    expect((await use('omar', approve)).status).toBe(200);
    expect(await plugin.stateOf(id)).toBe('rejected');
  });

  it('end with the request', async () => {
    const { id, approve } = await sentTo('nora');
    await plugin.as('sam').post(`/approvals/${id}/withdraw`);
    const { status, body } = await use('nora', approve);
    expect([status, body.error.message]).toEqual([
      409,
      expect.stringMatching(/withdrawn already/),
    ]);
  });

  it('vote for whom a deputy was sent them, as long as that is the deputy', async () => {
    const appointment = await plugin.appoint('nora', 'ines');
    const { id, approve, principals } = await sentTo('ines');
    expect(principals).toEqual(['nora']);
    const { body } = await open('ines', approve);
    expect(body).toMatchObject({
      answer: 'approve',
      onBehalfOf: ref('nora'),
      approval: { id, me: { mayVote: true, voteAs: [ref('nora')] } },
    });
    // It is the deputy's link, not the principal's.
    expect((await use('nora', approve)).status).toBe(403);
    plugin.audit.length = 0;
    expect((await use('ines', approve)).body).toMatchObject({
      state: 'pending',
      votes: [{ person: ref('nora'), castBy: ref('ines'), answer: 'approve' }],
    });
    expect(plugin.audit).toEqual([
      expect.objectContaining({
        status: 'succeeded',
        meta: expect.objectContaining({
          approvalId: id,
          onBehalfOf: ref('nora'),
        }),
      }),
    ]);

    const other = await sentTo('ines');
    await plugin.as('nora').delete(`/deputies/${appointment}`);
    for (const each of [open, use]) {
      const { status, body: refusal } = await each('ines', other.approve);
      expect([status, refusal.error.message]).toEqual([
        403,
        expect.stringMatching(/deputy of user:default\/nora.*none now/),
      ]);
    }
    expect(
      (await plugin.as('nora').get(`/approvals/${other.id}`)).body.votes,
    ).toEqual([]);
  });

  it('of a deputy do not vote for whom may not: who has left, or has voted', async () => {
    await plugin.appoint('omar', 'ines');
    const left = await sentTo('ines');
    plugin.membership.set(ref('omar'), []);
    expect((await use('ines', left.approve)).status).toBe(404);
    plugin.membership.set(ref('omar'), [PLATFORM]);
    await plugin.vote('omar', left.id);
    expect((await use('ines', left.approve)).status).toBe(409);
    expect(
      (await plugin.as('omar').get(`/approvals/${left.id}`)).body.votes,
    ).toMatchObject([{ person: ref('omar'), castBy: ref('omar') }]);
  });

  it('are made of a deputy for each of whom they are one', async () => {
    await plugin.appoint('nora', 'tara');
    await plugin.appoint('omar', 'tara');
    const { principals } = await sentTo('tara');
    expect(principals.sort()).toEqual(['nora', 'omar']);
    // Who decides anyway is asked for themselves.
    await plugin.appoint('nora', 'pia');
    expect((await sentTo('pia')).principals).toEqual([]);
  });

  it('are nowhere in the plugin: tables hold hashes, the record nothing', async () => {
    const { approve, reject } = await sentTo('nora');
    await use('nora', approve);
    const { rows } = await knex.raw(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`,
    );
    for (const { table_name } of rows) {
      const found = await knex(table_name)
        .whereRaw(`??::text LIKE ANY (ARRAY[?, ?])`, [
          table_name,
          `%${approve}%`,
          `%${reject}%`,
        ])
        .count({ n: '*' });
      expect([table_name, found[0].n]).toEqual([table_name, '0']);
    }
    expect(JSON.stringify(plugin.audit)).not.toMatch(
      new RegExp(`${approve}|${reject}`),
    );
  });
});
