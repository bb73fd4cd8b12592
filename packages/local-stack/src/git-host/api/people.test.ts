import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TestHost } from '../testing/startTestHost.ts';

let host: TestHost;
before(async () => {
  host = await TestHost.start();
});
after(() => host.stop());

const withToken = (token: string) => ({
  headers: { authorization: `token ${token}` },
});

test('tells who one is by each kind of credentials, and refuses wrong ones', async () => {
  const token = await host.token('sam.okafor');
  const basic = (text: string) =>
    `Basic ${Buffer.from(text).toString('base64')}`;
  const whoami = async (authorization: string) => {
    const response = await host.api('GET', '/user', {
      headers: { authorization },
    });
    return response.ok ? (await response.json()).login : response.status;
  };
  assert.equal(await whoami(`token ${token}`), 'sam.okafor');
  assert.equal(await whoami(`Bearer ${token}`), 'sam.okafor');
  assert.equal(await whoami(basic(`sam.okafor:${token}`)), 'sam.okafor');
  assert.equal(await whoami(basic(`${token}:x-oauth-basic`)), 'sam.okafor');
  assert.equal(
    await whoami(basic('slipway-portal:a-generated-password-of-tests')),
    'slipway-portal',
  );

  assert.equal(await whoami(basic(`nora.lind:${token}`)), 401);
  assert.equal(await whoami(basic('slipway-portal:wrong')), 401);
  assert.equal(await whoami(basic('sam.okafor:')), 401);
  assert.equal(await whoami('token x'), 401);
  assert.equal(await whoami('Digest x'), 401);
  assert.equal((await host.api('GET', '/user')).status, 401);
  // Wrong credentials are never taken for none.
  const open = await host.api('GET', '/orgs/lighthouse', withToken('wrong'));
  assert.equal(open.status, 401);
});

test('a token is shown once, kept as a hash, works and ends when deleted', async () => {
  const path = '/users/kenji.ito/tokens';
  const created = await host.api('POST', path, {
    as: 'kenji.ito',
    body: { name: 'laptop', scopes: ['write:repository', 'read:user'] },
  });
  assert.equal(created.status, 201);
  const token = await created.json();
  assert.match(token.sha1, /^[0-9a-f]{40}$/);
  const stored = await readFile(
    join(host.folder, 'git', '.state', 'tokens.json'),
    'utf8',
  );
  assert.ok(!stored.includes(token.sha1));

  const list = await (await host.api('GET', path, { as: 'kenji.ito' })).json();
  const listed = list.find((t: { name: string }) => t.name === 'laptop');
  assert.equal(listed.sha1, '');
  assert.equal(listed.token_last_eight, token.sha1.slice(-8));
  assert.equal(
    (await host.api('GET', '/user', withToken(token.sha1))).status,
    200,
  );

  const twice = await host.api('POST', path, {
    as: 'kenji.ito',
    body: { name: 'laptop', scopes: ['all'] },
  });
  assert.equal(twice.status, 409);
  const stranger = await host.api('GET', path, { as: 'sam.okafor' });
  assert.equal(stranger.status, 403);
  assert.equal(
    (await host.api('DELETE', `${path}/laptop`, { as: 'kenji.ito' })).status,
    204,
  );
  assert.equal(
    (await host.api('GET', '/user', withToken(token.sha1))).status,
    401,
  );
});

test('a token does what its scopes say and cannot make a mightier one', async () => {
  const { secret } = await host.host.createToken('sam.okafor', 'narrow', [
    'write:user',
    'read:repository',
  ]);
  const create = await host.api('POST', '/user/repos', {
    ...withToken(secret),
    body: { name: 'x' },
  });
  assert.equal(create.status, 403);
  assert.match((await create.json()).message, /write:repository/);
  const mightier = await host.api('POST', '/users/sam.okafor/tokens', {
    ...withToken(secret),
    body: { name: 'mighty', scopes: ['all'] },
  });
  assert.equal(mightier.status, 403);
  const unknown = await host.api('POST', '/users/sam.okafor/tokens', {
    as: 'sam.okafor',
    body: { name: 'y', scopes: ['sudo'] },
  });
  assert.equal(unknown.status, 422);
  await assert.rejects(
    host.host.createToken('sam.okafor', 'none', []),
    /at least one scope/,
  );
});

test('who leaves the company loses access at once', async () => {
  const token = await host.token('ines.moreau');
  const { people } = host.directory;
  const index = people.findIndex(p => p.name === 'ines.moreau');
  const [gone] = people.splice(index, 1);
  assert.equal((await host.api('GET', '/user', withToken(token))).status, 401);
  people.push(gone);
  assert.equal((await host.api('GET', '/user', withToken(token))).status, 200);
});

test('shows organisations, members and teams', async () => {
  const organisation = await (await host.api('GET', '/orgs/lighthouse')).json();
  assert.equal(organisation.username, 'lighthouse');
  assert.equal((await host.api('GET', '/orgs/nothing')).status, 404);
  assert.equal((await host.api('GET', '/orgs/vault/members')).status, 401);
  const members = await (
    await host.api('GET', '/orgs/vault/members', { as: 'sam.okafor' })
  ).json();
  assert.deepEqual(members.map((m: { login: string }) => m.login).sort(), [
    'ines.moreau',
    'nora.lind',
  ]);
  const version = await (await host.api('GET', '/version')).json();
  assert.match(version.version, /^1\./);
});

test('tells what somebody may do to a repository to those who may know', async () => {
  await host.api('POST', '/orgs/lighthouse/repos', {
    as: 'sam.okafor',
    body: { name: 'permissions', private: true },
  });
  const ask = async (login: string, options: object) => {
    const answer = await host.api(
      'GET',
      `/repos/lighthouse/permissions/collaborators/${login}/permission`,
      options,
    );
    return answer.status === 200
      ? (await answer.json()).permission
      : answer.status;
  };
  const portal = {
    headers: {
      authorization: `Basic ${Buffer.from('slipway-portal:a-generated-password-of-tests').toString('base64')}`,
    },
  };
  assert.equal(await ask('sam.okafor', portal), 'admin');
  assert.equal(await ask('ines.moreau', portal), 'none');
  assert.equal(await ask('nobody', portal), 404);
  assert.equal(await ask('ines.moreau', { as: 'sam.okafor' }), 'none');
  // To whom it is private, it does not exist.
  assert.equal(await ask('sam.okafor', { as: 'ines.moreau' }), 404);
  await host.api(
    'PUT',
    '/repos/lighthouse/permissions/collaborators/ines.moreau',
    { as: 'sam.okafor', body: { permission: 'read' } },
  );
  assert.equal(await ask('ines.moreau', { as: 'ines.moreau' }), 'read');
  // Whose permission comes from a team is known by what the team may do with the code.
  await host.api('PUT', '/repos/lighthouse/permissions/teams/team-orders', {
    as: 'sam.okafor',
    body: { permission: 'read' },
  });
  const teams = await host.api(
    'GET',
    '/repos/lighthouse/permissions/teams',
    portal,
  );
  assert.deepEqual(
    (await teams.json()).map((team: Record<string, unknown>) => [
      team.name,
      team.units_map,
    ]),
    [['team-orders', { 'repo.code': 'read', 'repo.pulls': 'read' }]],
  );
  assert.equal(await ask('sam.okafor', { as: 'ines.moreau' }), 403);
});
