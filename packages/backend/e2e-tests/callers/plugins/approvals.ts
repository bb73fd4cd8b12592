import { createHash, randomBytes } from 'node:crypto';
import { people } from '../configuration.ts';
import {
  forPeople,
  forServices,
  type Case,
  type PluginCases,
} from '../cases.ts';
import type { World } from '../World.ts';

const digest = 'a'.repeat(64);
const ref = (who: keyof typeof people) => `user:default/${people[who].name}`;

/** A request of the owner's that an administrator decides. */
export const ask = (id: string) => ({
  subject: { kind: 'database-order', id },
  title: `Order ${id} for production`,
  digest,
  rule: [{ groups: ['group:default/platform-team'], required: 1 }],
  requester: ref('owner'),
  owner: 'group:default/team-orders',
});

/** Asks as the databases plugin does; the approval's id. */
async function asked(world: World, id: string): Promise<string> {
  const token = await world.portal.pluginToken('databases', 'approvals');
  const answer = await world.must(
    'approvals',
    { method: 'POST', path: '/requests', body: ask(id) },
    token,
  );
  return answer.id;
}

/** A link for the administrator, as it is in a mail. */
async function linked(world: World, approval: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await world.tables.of('approvals').query(
    `INSERT INTO approval_answer_links (token_hash, request_id, person, answer, created_at)
      VALUES ($1, $2, $3, 'approve', now())`,
    [
      createHash('sha256').update(token).digest('hex'),
      approval,
      ref('administrator'),
    ],
  );
  return token;
}

const about = (
  route: string,
  which: string,
  body?: object,
): Pick<Case, 'route' | 'send'> => ({
  route,
  send: ({ made }) => ({
    path: route.split(' ')[1].replace('{id}', made[which]),
    body,
  }),
});

const readers = forPeople({
  stranger: 404,
  owner: 200,
  administrator: 200,
  leaver: 404,
});
const everyone = forPeople({ stranger: 200, owner: 200, administrator: 200 });
/** Only for whom the link was made, in person. */
const addressee = forPeople({
  stranger: 403,
  owner: 403,
  administrator: 200,
  leaver: 403,
  agent: 403,
});
/** What is sent says whose the link is. */
const byLink: Case['byContent'] = ['stranger', 'owner', 'leaver'];
/** Every plugin of this process may ask; each sees what it asked for itself. */
const plugins = forServices({
  bystander: [200, 204, 404],
  service: [200, 204],
});

export const approvals: PluginCases = {
  service: 'databases',
  async prepare(world) {
    for (const name of ['toVote', 'toTakeBack', 'toWithdraw', 'toLink']) {
      world.made[name] = await asked(world, name);
    }
    world.made.link = await linked(world, world.made.toLink);
    const { id } = await world.must(
      'approvals',
      { method: 'POST', path: '/deputies', body: deputy('stranger') },
      world.person('owner'),
    );
    world.made.deputy = id;
  },
  cases: [
    { route: 'GET /approvals', expect: { ...everyone, leaver: 403 } },
    { ...about('GET /approvals/{id}', 'toVote'), expect: readers },
    { ...about('GET /approvals/{id}/events', 'toVote'), expect: readers },
    {
      ...about('PUT /approvals/{id}/vote', 'toVote', { answer: 'approve' }),
      agentFor: 'administrator',
      // On behalf of somebody whose deputies they are they may.
      byContent: ['owner', 'leaver'],
      expect: forPeople({
        stranger: 404,
        owner: 403,
        administrator: 200,
        leaver: 404,
        agent: 403,
      }),
    },
    {
      ...about('DELETE /approvals/{id}/vote', 'toTakeBack'),
      agentFor: 'administrator',
      expect: { ...readers, agent: 403 },
    },
    {
      ...about('POST /approvals/{id}/withdraw', 'toWithdraw', {}),
      expect: { ...readers, agent: 403 },
    },
    {
      route: 'POST /answer-links/open',
      byContent: byLink,
      agentFor: 'administrator',
      send: ({ made }) => ({ body: { token: made.link } }),
      expect: addressee,
    },
    {
      route: 'POST /answer-links/use',
      byContent: byLink,
      agentFor: 'administrator',
      send: ({ made }) => ({ body: { token: made.link } }),
      expect: addressee,
    },
    { route: 'GET /deputies', expect: everyone },
    {
      route: 'POST /deputies',
      send: (_world, caller) => ({
        body: deputy(caller === 'owner' ? 'stranger' : 'owner'),
      }),
      expect: forPeople({
        stranger: 201,
        owner: 201,
        administrator: 201,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      ...about('DELETE /deputies/{id}', 'deputy'),
      expect: forPeople({
        stranger: 204,
        owner: 204,
        administrator: 204,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      route: 'POST /requests',
      send: (_world, caller) => ({ body: ask(`of-${caller}`) }),
      expect: plugins,
    },
    {
      route: 'GET /requests/status',
      send: () => ({
        path: `/requests/status?kind=database-order&id=toVote&digest=${digest}`,
      }),
      expect: plugins,
    },
    {
      route: 'POST /requests/withdraw',
      send: () => ({
        body: { subject: { kind: 'database-order', id: 'of-service' }, digest },
      }),
      expect: plugins,
    },
    {
      route: 'GET /outcomes',
      send: () => ({ path: '/outcomes?consumer=test' }),
      expect: plugins,
    },
    {
      route: 'POST /outcomes/acknowledge',
      send: () => ({ body: { consumer: 'test', position: 0 } }),
      expect: plugins,
    },
  ],
};

function deputy(who: keyof typeof people) {
  const at = (hours: number) =>
    new Date(Date.now() + hours * 3_600_000).toISOString();
  return { deputy: ref(who), from: at(0), until: at(24) };
}
