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
