import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { ORDERS } from './__testUtils__/company';
import { policyText } from './__testUtils__/folders';
import { order, useWaivers } from './__testUtils__/waivers';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('waivers', () => {
  const scene = useWaivers(databases);
  const { get, requested, decide, stateIs, granted, evaluate } = scene;
  const of = async (party: string) =>
    (
      await scene.plugin
        .as('nora')
        .get(`/waivers?party=${encodeURIComponent(party)}`)
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
    const { body } = await scene.plugin.as('nora').get('/waivers?party=sam');
    expect(body.error.message).toMatch(/^party is no ref of a person/);
    await scene.plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
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
      const { body } = await scene.plugin.as('sam').post('/evaluate', {
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

  it('cover what a group owns, as the catalog reads it: also an environment in a namespace of Kubernetes', async () => {
    await scene.folder.write(
      'c.yaml',
      policyText({
        name: 'public',
        rest: `  match: { kinds: [Environment] }
  validations:
    - expression: "!has(object.spec.networking)"
      message: It is public.
`,
      }),
    );
    await scene.plugin.run('locations');
    const environment = (namespace: string) => ({
      kind: 'Environment',
      operation: 'exists',
      object: {
        kind: 'Environment',
        metadata: { name: 'a', namespace },
        spec: { owner: 'team-orders', networking: {} },
      },
    });
    const waiver = await requested({
      policy: 'public',
      field: undefined,
      scope: { kind: 'Environment', owner: 'team-orders' },
    });
    const ofOne = await requested({
      policy: 'public',
      field: undefined,
      scope: { kind: 'Environment', entityRef: 'environment:other/a' },
    });
    const covering = async (namespace: string) => {
      const { body } = await scene.plugin
        .as('sam')
        .post('/evaluate', environment(namespace));
      return [body.allowed, body.findings[0].waivedBy?.id];
    };
    await decide('nora', ofOne.approvalId);
    await stateIs(ofOne.id, 'granted');
    expect(await covering('platform')).toEqual([false, undefined]);
    expect(await covering('other')).toEqual([true, ofOne.id]);
    await decide('nora', waiver.approvalId);
    await stateIs(waiver.id, 'granted');
    expect(await covering('default')).toEqual([true, waiver.id]);
    expect(await covering('platform')).toEqual([true, waiver.id]);
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

    const question = await scene.plugin
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
      scene.plugin
        .as(name)
        .post(`/waivers/${waiver.id}/end`, { reason: 'Mended.' });
    expect((await end('ines')).status).toBe(403);
    expect((await end('tara')).body.state).toBe('ended');
    expect((await end('tara')).body.state).toBe('ended');
    expect((await evaluate()).allowed).toBe(false);

    const { body } = await scene.plugin
      .as('ines')
      .get(`/waivers/${waiver.id}/events`);
    expect(body.items.map((each: { message: string }) => each.message)).toEqual(
      ['Asked for', 'Granted', 'Ended early: Mended.'],
    );
    await waitFor(() =>
      scene.plugin.notifications.some(
        ({ payload }) => payload.title === 'A waiver has ended: Encryption',
      ),
    );
    expect(
      scene.plugin.audit.map(({ eventId, status }) => `${eventId} ${status}`),
    ).toEqual(
      expect.arrayContaining([
        'policy-waiver-request succeeded',
        'policy-waiver-end failed',
        'policy-waiver-end succeeded',
      ]),
    );
  });

  it('end by themselves, whether or not anything runs, and say when the policy has changed', async () => {
    const waiver = await granted();
    await scene.folder.write(
      'a.yaml',
      policyText().replace('Disks are lost.', 'Disks are sold.'),
    );
    await scene.plugin.run('locations');
    expect((await get(waiver.id)).policyChanged).toBe(true);
    expect((await evaluate()).allowed).toBe(true);
    const { version } = await scene.plugin.policies().version();

    await scene.knex('policy_waivers').update({ expires_at: new Date() });
    expect((await evaluate()).allowed).toBe(false);
    expect((await scene.plugin.policies().version()).version).not.toBe(version);
    expect((await get(waiver.id)).state).toBe('expired');
    await scene.plugin.run('waivers');
    await scene.plugin.run('waivers');
    const { body } = await scene.plugin
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
      scene.plugin.as(name).post(`/waivers/${second.id}/withdraw`);
    expect((await withdraw('tara')).status).toBe(403);
    expect((await withdraw('sam')).body.state).toBe('withdrawn');
    expect((await withdraw('sam')).body.state).toBe('withdrawn');
    expect((await decide('nora', second.approvalId)).status).toBe(409);
    expect((await evaluate()).allowed).toBe(false);
    expect(
      (await scene.plugin.as('sam').post(`/waivers/${second.id}/end`)).status,
    ).toBe(409);
  });
});
