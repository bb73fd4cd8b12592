import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.ts';
import { forAll, forPeople, type Case, type PluginCases } from '../cases.ts';
import type { World } from '../World.ts';

const POLICY = 'backup-retention';

const waiver = (name: string) => ({
  policy: POLICY,
  scope: { kind: 'DatabaseRequest', name, environment: 'production' },
  owner: 'team-orders',
  reason: 'A test',
  expiresAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
});

async function requested(world: World, name: string): Promise<string> {
  const { id } = await world.must(
    'policies',
    { method: 'POST', path: '/waivers', body: waiver(name) },
    world.person('owner'),
  );
  return id;
}

const everyone = forPeople({ stranger: 200, owner: 200, administrator: 200 });
/** Of a waiver. Nothing acts for people here. */
const about = (route: string): Pick<Case, 'route' | 'send'> => ({
  route,
  send: ({ made }) => ({
    path: route.split(' ')[1].replace('{id}', made.waiver),
    body: route.startsWith('POST ') ? {} : undefined,
  }),
});
const done = [200, 409];

export const policies: PluginCases = {
  service: 'databases',
  async prepare(world) {
    await until('policies are in force', 60, async () => {
      const { status } = await world.send(
        'policies',
        { method: 'GET', path: `/policies/${POLICY}` },
        world.person('owner'),
      );
      return status === 200;
    });
    world.made.waiver = await requested(world, 'orders');
    // The one that comes by itself after a start has been by then.
    const administrator = world.person('administrator');
    await world.must(
      'policies',
      { method: 'POST', path: '/sweeps' },
      administrator,
    );
    await until('everything was swept', 120, async () => {
      const { lastSweep, sweeping } = await world.must(
        'policies',
        { method: 'GET', path: '/state' },
        administrator,
      );
      return lastSweep && !sweeping;
    });
  },
  cases: [
    { route: 'GET /policies', expect: forAll(200) },
    {
      route: 'GET /policies/{name}',
      send: () => ({ path: `/policies/${POLICY}` }),
      expect: forAll(200),
    },
    { route: 'GET /state', expect: forAll(200) },
    { route: 'GET /version', expect: forAll(200) },
    {
      route: 'POST /evaluate',
      send: () => ({
        body: { kind: 'DatabaseRequest', operation: 'create', object: {} },
      }),
      // Services say whom they ask for.
      expect: forAll(200, { bystander: [200, 400], service: [200, 400] }),
    },
    { route: 'GET /violations', expect: everyone },
    {
      route: 'GET /violations/{id}',
      // None of what is here. Who may not look is not told even that.
      send: () => ({ path: `/violations/${randomUUID()}` }),
      expect: forPeople({ stranger: 404, owner: 404, administrator: 404 }),
    },
    { route: 'GET /violations/export', expect: everyone },
    { route: 'GET /compliance', expect: everyone },
    {
      route: 'POST /sweeps',
      agentFor: 'administrator',
      expect: forPeople({
        stranger: 403,
        owner: 403,
        administrator: 202,
        agent: 202,
      }),
    },
    { route: 'GET /waivers', expect: everyone },
    {
      // For people who are members now, and in person.
      route: 'POST /waivers',
      // For a group of theirs they may.
      byContent: ['stranger', 'administrator', 'leaver'],
      send: (_world, caller) => ({ body: waiver(`of-${caller}`) }),
      expect: forPeople({
        stranger: 403,
        owner: 201,
        administrator: 403,
        leaver: 403,
        agent: 403,
      }),
    },
    { ...about('GET /waivers/{id}'), expect: everyone },
    { ...about('GET /waivers/{id}/events'), expect: everyone },
    {
      ...about('POST /waivers/{id}/withdraw'),
      expect: forPeople({
        stranger: 403,
        owner: done,
        administrator: done,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      ...about('POST /waivers/{id}/end'),
      expect: forPeople({
        stranger: 403,
        owner: done,
        administrator: done,
        leaver: 403,
        agent: 403,
      }),
    },
  ],
};
