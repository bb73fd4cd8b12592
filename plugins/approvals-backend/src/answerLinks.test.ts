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
  /^(Approve|Reject): https:\/\/portal\.example\.com\/approvals\/answer#([\w-]{43})$/gm;

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
    const tokens = Object.fromEntries(found.map(([, word, t]) => [word, t]));
    return { id, approve: tokens.Approve, reject: tokens.Reject };
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
