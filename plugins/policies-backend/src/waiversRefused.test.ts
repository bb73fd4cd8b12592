import { TestDatabases } from '@backstage/backend-test-utils';
import { ask, inDays, useWaivers } from './__testUtils__/waivers';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('waivers that nobody gets', () => {
  const scene = useWaivers(databases);
  const { granted } = scene;

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
    [
      {
        policy: 'owned',
        field: undefined,
        scope: { kind: 'Component', name: 'orders', environment: 'production' },
      },
      /scope\.environment is given, and a Component is in no environment/,
    ],
    [
      { scope: { kind: 'DatabaseRequest', name: 'or\u202eders' } },
      /scope\.name holds a character that nobody sees \(U\+202E\)/,
    ],
    [
      { reason: 'The old \u2066client\u2069 cannot.' },
      /reason holds a character that nobody sees \(U\+2066\)/,
    ],
    [{ expiresAt: inDays(91) }, /at most 90 days/],
    [{ expiresAt: inDays(-1) }, /expiresAt is over/],
  ])('refuses %j, and changes nothing', async (extra, why) => {
    const { status, body } = await scene.plugin
      .as('sam')
      .post('/waivers', ask(extra));
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(why),
    ]);
    expect((await scene.plugin.as('sam').get('/waivers')).body.totalItems).toBe(
      0,
    );
  });

  it('are asked for once for the same, and ten at a time', async () => {
    const sam = scene.plugin.as('sam');
    const first = await scene.requested();
    // The same for another reason and time, also by a colleague.
    const again = await Promise.all([
      sam.post('/waivers', ask({ reason: 'Else.', expiresAt: inDays(3) })),
      scene.plugin.as('tara').post('/waivers', ask()),
    ]);
    expect(
      again.map(({ status, body }) => [status, body.error.message]),
    ).toEqual(
      ['You have', 'user:default/sam has'].map(who => [
        409,
        expect.stringContaining(
          `${who} asked for this already, and nobody has decided: see /compliance/waivers/${first.id}.`,
        ),
      ]),
    );
    const named = (n: number) =>
      ask({ scope: { kind: 'DatabaseRequest', name: `orders-${n}` } });
    // At once: no two of them are the tenth.
    const burst = await Promise.all(
      Array.from({ length: 14 }, (_, n) => sam.post('/waivers', named(n))),
    );
    const statuses = burst.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(9).fill(201), ...Array(5).fill(409)]);
    const full = await sam.post('/waivers', named(20));
    expect(full.body.error.message).toMatch(
      /^10 waivers that you asked for wait for a decision.*Take one back/,
    );
    // Not for others, and not once there is room.
    expect(
      (await scene.plugin.as('tara').post('/waivers', named(20))).status,
    ).toBe(201);
    await sam.post(`/waivers/${first.id}/withdraw`);
    expect((await sam.post('/waivers', named(21))).status).toBe(201);
  });

  it('are not for agents, services, or members of other groups', async () => {
    const refusals = await Promise.all([
      scene.plugin.onBehalfOf('sam').post('/waivers', ask()),
      scene.plugin.service().post('/waivers', ask()),
      scene.plugin.as('ines').post('/waivers', ask()),
      // Not even administrators ask for what is not their group's.
      scene.plugin.as('nora').post('/waivers', ask()),
    ]);
    expect(refusals.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const waiver = await granted();
    expect(
      (await scene.plugin.onBehalfOf('sam').post(`/waivers/${waiver.id}/end`))
        .status,
    ).toBe(403);
    const { me } = (
      await scene.plugin.onBehalfOf('sam').get(`/waivers/${waiver.id}`)
    ).body;
    expect(me).toEqual({ mayWithdraw: false, mayEnd: false });
  });
});
