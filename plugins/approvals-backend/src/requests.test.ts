import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import {
  ask,
  digest,
  ORDERS,
  PLATFORM,
  ref,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('requests of other plugins', () => {
  let plugin: Plugin;
  let subjects = 0;

  beforeAll(async () => {
    plugin = await startPlugin({ knex: await databases.init('POSTGRES_18') });
  });
  afterAll(() => plugin?.stop());

  const newSubject = () => ({ kind: 'test', id: `s-${(subjects += 1)}` });
  const sam = mockCredentials.user(ref('sam'));
  const asked = (extra: object) => {
    const { requester, ...request } = ask(extra);
    return request;
  };
  let keys = 0;
  const key = () => ({ credentials: sam, idempotencyKey: `k-${(keys += 1)}` });

  it('asks in the name of the person, and says whether it is approved', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    expect(await client.get(subject, digest())).toBeUndefined();
    expect(await client.isApproved(subject, digest())).toBe(false);
    const approval = await client.request(asked({ subject }), key());
    expect(approval).toMatchObject({
      state: 'pending',
      requester: ref('sam'),
      excluded: [ref('sam')],
      subject,
    });
    expect(await client.isApproved(subject, digest())).toBe(false);
    await plugin.vote('nora', approval.id);
    expect(await client.isApproved(subject, digest())).toBe(true);
    expect(await client.isApproved(subject, digest('b'))).toBe(false);
    // What is approved is not asked again.
    expect((await client.request(asked({ subject }), key())).id).toBe(
      approval.id,
    );
  });

  it('is superseded by another digest, and its votes with it', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    const rule = [{ groups: [PLATFORM], required: 2 }];
    const first = await client.request(asked({ subject, rule }), key());
    await plugin.vote('nora', first.id);
    const second = await client.request(
      asked({ subject, rule, digest: digest('b') }),
      key(),
    );
    expect(
      (await plugin.as('sam').get(`/approvals/${first.id}`)).body,
    ).toMatchObject({ state: 'superseded', supersededBy: second.id });
    expect(second.votes).toEqual([]);
    expect((await plugin.vote('omar', first.id)).status).toBe(409);
    await plugin.vote('omar', second.id);
    expect(await plugin.stateOf(second.id)).toBe('pending');
  });

  it('dies with its digest, also when it was approved', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    const first = await client.request(asked({ subject }), key());
    await plugin.vote('nora', first.id);
    await client.request(asked({ subject, digest: digest('b') }), key());
    expect(await client.isApproved(subject, digest())).toBe(false);
    expect((await client.get(subject, digest()))?.state).toBe('approved');
  });

  it.each([
    ['rule', { rule: [{ groups: [PLATFORM], required: 2 }] }],
    ['authors', { authors: [ref('omar')] }],
  ])(
    'is asked anew for the same digest under another %s',
    async (_, change) => {
      const { databases: client } = plugin.clients;
      const subject = newSubject();
      const first = await client.request(asked({ subject }), key());
      await plugin.vote('nora', first.id);
      const second = await client.request(asked({ subject, ...change }), key());
      expect(second.id).not.toBe(first.id);
      expect(await client.isApproved(subject, digest())).toBe(false);
    },
  );

  it('may be repeated with its key, and not with another body', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    const options = key();
    const first = await client.request(asked({ subject }), options);
    await plugin.as('sam').post(`/approvals/${first.id}/withdraw`);
    const again = await client.request(asked({ subject }), options);
    expect(again).toMatchObject({ id: first.id, state: 'withdrawn' });
    await expect(
      client.request(asked({ subject, digest: digest('b') }), options),
    ).rejects.toMatchObject({
      statusCode: 409,
      cause: {
        message: expect.stringMatching(/used before with a different body/),
      },
    });
    // With a key of its own it is asked again.
    expect((await client.request(asked({ subject }), key())).state).toBe(
      'pending',
    );
  });

  it('asks once when it is asked twice at the same time', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    const [one, two] = await Promise.all([
      client.request(asked({ subject }), key()),
      client.request(asked({ subject }), key()),
    ]);
    expect(one.id).toBe(two.id);
  });

  it('lists the open ones that somebody has a part in', async () => {
    const subject = { kind: 'database-order', id: 'party' };
    const { id } = await plugin.requested({
      subject,
      owner: 'group:default/team-payments',
      requester: ref('tara'),
    });
    const idsOf = async (party: string, name = 'root') => {
      const { body } = await plugin
        .as(name)
        .get(`/approvals?party=${encodeURIComponent(party)}&limit=100`)
        .expect(200);
      expect(body.totalItems).toBe(body.items.length);
      return body.items.map((each: { id: string }) => each.id);
    };
    expect(await idsOf('group:default/team-payments')).toEqual([id]);
    expect(await idsOf(ref('tara'))).toEqual([id]);
    expect(await idsOf(PLATFORM)).toContain(id);
    expect(await idsOf('group:default/nobody')).toEqual([]);
    // It narrows what one may see, and never widens it.
    expect(await idsOf(ref('tara'), 'quin')).toEqual([]);
    await plugin
      .service()
      .post('/requests/withdraw', { subject, digest: digest() })
      .expect(200);
    expect(await idsOf('group:default/team-payments')).toEqual([]);
    await plugin.as('root').get('/approvals?party=tara').expect(400);
    // As people write it.
    await plugin.as('root').get(`/approvals?party=${PLATFORM}`).expect(200);
  });

  it('shows one plugin nothing of what another asked', async () => {
    const { databases: client, environments: other } = plugin.clients;
    const subject = newSubject();
    const { id } = await client.request(asked({ subject }), key());
    expect(await other.get(subject, digest())).toBeUndefined();
    expect(await other.withdraw(subject, digest())).toBeUndefined();
    const theirs = await other.request(asked({ subject }), key());
    expect(theirs.id).not.toBe(id);
    await plugin.vote('nora', theirs.id);
    expect(await plugin.stateOf(id)).toBe('pending');
    expect(await client.isApproved(subject, digest())).toBe(false);
  });

  it('is withdrawn by the plugin that asked, once', async () => {
    const { databases: client } = plugin.clients;
    const subject = newSubject();
    await client.request(asked({ subject }), key());
    for (let time = 0; time < 2; time += 1) {
      expect(
        await client.withdraw(subject, digest(), { reason: 'Deleted' }),
      ).toMatchObject({ state: 'withdrawn', endReason: 'Deleted' });
    }
  });

  it('hands the outcomes over in order, again after a failure, and to each plugin its own', async () => {
    const { databases: client, environments: other } = plugin.clients;
    const consumed = async (max = Infinity) => {
      const seen: string[] = [];
      const [{ status }] = await Promise.allSettled([
        client.consumeOutcomes('orders', async outcome => {
          if (seen.length >= max) throw new Error('interrupted');
          seen.push(`${outcome.subject.id} ${outcome.state}`);
        }),
      ]);
      expect(status).toBe(max < Infinity ? 'rejected' : 'fulfilled');
      return seen;
    };
    await consumed();
    const [a, b, c] = [newSubject(), newSubject(), newSubject()];
    const requests = [];
    for (const subject of [a, b]) {
      requests.push(await client.request(asked({ subject }), key()));
    }
    await other.request(asked({ subject: c }), key());
    await other.withdraw(c, digest());
    await plugin.vote('nora', requests[1].id, 'reject');
    await plugin.vote('nora', requests[0].id);
    const all = [`${b.id} rejected`, `${a.id} approved`];
    expect(await consumed(1)).toEqual(all.slice(0, 1));
    expect(await consumed()).toEqual(all);
    expect(await consumed()).toEqual([]);
  });

  it('has on record how far a consumer has come, and slows down who acknowledges too much', async () => {
    const service = plugin.service('plugin:eager');
    const acknowledge = () =>
      service.post('/outcomes/acknowledge', { consumer: 'own', position: 0 });
    plugin.audit.length = 0;
    expect((await acknowledge()).status).toBe(204);
    expect(plugin.audit).toEqual([
      {
        eventId: 'approval-outcomes-acknowledge',
        status: 'succeeded',
        meta: { consumer: 'own', position: '0' },
      },
    ]);

    let slowed = await acknowledge();
    for (let more = 0; slowed.status === 204 && more < 600; more += 1) {
      slowed = await acknowledge();
    }
    expect([slowed.status, slowed.body.error?.message]).toEqual([
      429,
      'More than 600 requests in a minute. Wait a little.',
    ]);
  });

  it('refuses people, and services without the right', async () => {
    for (const path of ['/requests', '/requests/withdraw']) {
      expect((await plugin.as('root').post(path, ask())).status).toBe(403);
    }
    expect((await plugin.as('root').get('/outcomes?consumer=a')).status).toBe(
      403,
    );
    // Nor are they told what such a request should have in it.
    for (const path of ['/outcomes', '/outcomes?limit=x', '/requests/status']) {
      expect((await plugin.as('sam').get(path)).status).toBe(403);
      expect((await plugin.service().get(path)).status).toBe(400);
    }
    const { id } = await plugin.requested({ subject: newSubject() });
    for (const [name, status] of [
      ['ines', 404],
      ['sam', 400],
    ] as const) {
      const path = `/approvals/${id}/events?cursor=x`;
      expect((await plugin.as(name).get(path)).status).toBe(status);
    }
  });

  it.each([
    ['subject.kind', { subject: { kind: 'A B', id: 'x' } }, /subject.kind is/],
    ['digest', { digest: 'abc' }, /^digest is no SHA-256/],
    ['no rule', { rule: [] }, /^rule is empty/],
    ['required', { rule: [{ groups: [ORDERS], required: 0 }] }, /less than 1/],
    ['link', { link: 'https://evil.example.com' }, /^link is no path/],
    ['link', { link: '//evil.example.com' }, /^link is no path/],
    ['unknown owner', { owner: 'nobody' }, /group:default\/nobody is not in/],
    ['unknown field', { urgent: true }, /urgent/],
    [
      'a rule that nobody can meet',
      { rule: [{ groups: [ORDERS], required: 2 }] },
      /^rule.0.required is 2, and group:default\/team-orders has 1 who may decide/,
    ],
  ])('refuses a wrong %s with a sentence', async (_, change, words) => {
    const subject = newSubject();
    const { status, body } = await plugin
      .service()
      .post('/requests', ask({ subject, ...change }));
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(words),
    ]);
    expect(await plugin.clients.databases.get(subject, digest())).toBe(
      undefined,
    );
  });
});
