import { until } from '../../support/until.ts';
import {
  forAll,
  forPeople,
  forServices,
  type Case,
  type PluginCases,
} from '../cases.ts';
import type { World } from '../World.ts';

const NO_BACKUP = '00000000-0000-4000-8000-000000000000';
const order = (name: string) => ({
  name,
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
});

async function state(world: World, id: string): Promise<string> {
  const answer = await world.must(
    'databases',
    { method: 'GET', path: `/databases/${id}` },
    world.person('owner'),
  );
  return answer.state;
}

async function ready(world: World, name: string): Promise<string> {
  const { database, operation } = await world.must(
    'databases',
    { method: 'POST', path: '/databases', body: order(name) },
    world.person('owner'),
  );
  world.made.operation = operation.id;
  await until(`${name} is ready`, 60, async () => {
    return (await state(world, database.id)) === 'ready';
  });
  return database.id;
}

/** Of one that is ready, with nothing under way. */
const aboutOne = (route: string): Pick<Case, 'route' | 'send'> => ({
  route,
  send: ({ made }) => ({
    path: route.split(' ')[1].replace('{id}', made.database),
    body: route.startsWith('POST ') ? {} : undefined,
  }),
});

/** Whether it is begun or cannot be now is not what is looked at. */
const begun = [202, 409];
const changes = forPeople({
  stranger: 403,
  owner: begun,
  administrator: begun,
  leaver: 403,
});
const administrators = forPeople({
  stranger: 403,
  owner: 403,
  administrator: [200, 204],
  agent: [200, 204],
});
const hidden = { narrow: 404 };

export const databases: PluginCases = {
  service: 'catalog',
  async prepare(world) {
    const owner = world.person('owner');
    world.made.gone = await ready(world, 'gone');
    world.made.database = await ready(world, 'orders');
    const { login } = await world.must(
      'databases',
      {
        method: 'POST',
        path: `/databases/${world.made.database}/personal-logins`,
        body: {},
      },
      owner,
    );
    world.made.login = login.id;
    await world.must(
      'databases',
      {
        method: 'POST',
        path: `/databases/${world.made.gone}/delete`,
        body: {},
      },
      owner,
    );
    await until('it is suspended', 60, async () => {
      return (await state(world, world.made.gone)) === 'suspended';
    });
  },
  cases: [
    { route: 'GET /options', expect: forAll(200) },
    {
      route: 'GET /event-schemas/{name}',
      send: () => ({ path: '/event-schemas/database-state-v1' }),
      expect: forAll(200),
    },
    {
      route: 'GET /quota',
      send: () => ({
        path: '/quota?owner=team-orders&environment=development&engine=postgres',
      }),
      expect: forAll(200),
    },
    { route: 'GET /databases', expect: forAll(200) },
    {
      route: 'GET /databases/by-name/{environment}/{name}',
      send: () => ({ path: '/databases/by-name/development/orders' }),
      expect: forAll(200, hidden),
    },
    { ...aboutOne('GET /databases/{id}'), expect: forAll(200, hidden) },
    { ...aboutOne('GET /databases/{id}/events'), expect: forAll(200, hidden) },
    { ...aboutOne('GET /databases/{id}/health'), expect: forAll(200, hidden) },
    {
      ...aboutOne('GET /databases/{id}/slow-queries'),
      expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
    },
    {
      ...aboutOne('GET /databases/{id}/rotation'),
      expect: forAll(200, hidden),
    },
    { ...aboutOne('GET /databases/{id}/backups'), expect: forAll(200, hidden) },
    ...['', '/rows', '/export', '/idle'].map((what): Case => ({
      route: `GET /costs${what}`,
      send: () => ({
        path: `/costs${what}${
          what === '/idle'
            ? ''
            : `?from=2026-01&to=2026-01${what === '/export' ? '&format=json' : ''}`
        }`,
      }),
      expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
    })),
    {
      ...aboutOne('GET /databases/{id}/blast-radius'),
      expect: forAll(200, hidden),
    },
    {
      route: 'GET /operations/{operationId}',
      send: ({ made }) => ({ path: `/operations/${made.operation}` }),
      expect: forAll(200, hidden),
    },
    {
      ...aboutOne('GET /databases/{id}/personal-logins'),
      expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
    },
    {
      // Shows a password: for people who are members now, and in person.
      ...aboutOne('POST /databases/{id}/personal-logins'),
      expect: forPeople({
        stranger: 403,
        owner: 201,
        administrator: 201,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      // Takes something away that can be had again.
      route: 'DELETE /databases/{id}/personal-logins/{loginId}',
      send: ({ made }) => ({
        path: `/databases/${made.database}/personal-logins/${made.login}`,
      }),
      expect: forPeople({
        stranger: 403,
        owner: 204,
        administrator: 204,
        leaver: 403,
        agent: 204,
      }),
    },
    {
      // Of the databases of which the caller may see who holds logins.
      route: 'GET /personal-logins',
      send: () => ({ path: '/personal-logins?person=user:default/ada' }),
      expect: forPeople({
        stranger: 200,
        owner: 200,
        administrator: 200,
        leaver: 403,
      }),
    },
    {
      route: 'GET /catalog-entities',
      expect: forServices({ bystander: 200, service: 200 }),
    },
    {
      route: 'GET /imports',
      agentFor: 'administrator',
      expect: administrators,
    },
    {
      route: 'GET /imports/{providerId}',
      agentFor: 'administrator',
      send: () => ({ path: '/imports/shared' }),
      expect: administrators,
    },
    {
      // Names logins of other teams.
      route: 'GET /imports/{providerId}/{name}',
      agentFor: 'administrator',
      send: () => ({ path: '/imports/shared/no_such_database' }),
      expect: forPeople({
        stranger: 403,
        owner: 403,
        administrator: 404,
        agent: 404,
      }),
    },
    { route: 'GET /pauses', agentFor: 'administrator', expect: administrators },
    {
      route: 'PUT /pauses/{providerId}',
      agentFor: 'administrator',
      send: () => ({ path: '/pauses/shared', body: { reason: 'A test' } }),
      expect: administrators,
    },
    {
      route: 'DELETE /pauses/{providerId}',
      agentFor: 'administrator',
      send: () => ({ path: '/pauses/shared' }),
      expect: administrators,
    },
    ...[
      'retry',
      'cancel',
      'give-up',
      'rotate',
      'undo-rotation',
      'retire-login',
      'revoke-logins',
      'backup',
      'withdraw-resize',
      'suspend',
      'resume',
    ].map(change => ({
      ...aboutOne(`POST /databases/{id}/${change}`),
      expect: changes,
    })),
    {
      route: 'POST /databases/{id}/resize',
      send: ({ made }) => ({
        path: `/databases/${made.database}/resize`,
        body: { size: 'medium' },
      }),
      // Whether the size is offered is not what is looked at.
      expect: forPeople({
        stranger: 403,
        owner: [400, ...begun],
        administrator: [400, ...begun],
        leaver: 403,
      }),
    },
    {
      route: 'POST /databases/{id}/extend',
      send: ({ made }) => ({
        path: `/databases/${made.database}/extend`,
        body: { expiresAt: '2999-12-31' },
      }),
      // It has no end, so that it cannot be extended.
      expect: changes,
    },
    {
      // Puts an end to what it holds.
      route: 'POST /databases/{id}/restore',
      byContent: ['leaver', 'agent', 'client'],
      send: ({ made }) => ({
        path: `/databases/${made.database}/restore`,
        body: { backupId: NO_BACKUP, confirmName: 'orders' },
      }),
      expect: forPeople({
        stranger: 403,
        owner: [404, 409],
        administrator: [404, 409],
        leaver: 403,
        agent: 403,
      }),
    },
    {
      ...aboutOne('POST /databases/{id}/delete'),
      about: 'what is kept for a while',
      // After the owner has, what comes next would be for good; when an earlier change was still under way for those before, it begins here.
      expect: { ...changes, agent: [403, ...begun] },
    },
    {
      route: 'POST /databases/{id}/delete',
      about: 'for good',
      // What is only suspended may be called off by them.
      byContent: ['leaver', 'agent', 'client'],
      send: ({ made }) => ({
        path: `/databases/${made.gone}/delete`,
        body: { confirmName: 'gone' },
      }),
      expect: forPeople({
        stranger: 403,
        owner: begun,
        administrator: begun,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      // Gives away who may read the data: for people in person, by the groups of now.
      route: 'POST /databases/{id}/owner',
      // To whom it goes is asked together with the groups of now.
      byContent: ['leaver'],
      send: ({ made }, caller) => ({
        path: `/databases/${made.database}/owner`,
        body: {
          owner: caller === 'administrator' ? 'platform-team' : 'team-orders',
          reason: 'A test',
        },
      }),
      expect: forPeople({
        stranger: 403,
        // To whom it belongs already.
        owner: [400, 409],
        administrator: begun,
        leaver: 403,
        agent: 403,
      }),
    },
    {
      route: 'POST /databases',
      // For a group of theirs they may.
      byContent: ['stranger'],
      send: (_world, caller) => ({ body: order(`of-${caller}`) }),
      expect: forPeople({
        stranger: 403,
        owner: 202,
        administrator: 202,
        leaver: 403,
      }),
    },
  ],
};
