import assert from 'node:assert/strict';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { git, TestHost } from '../testing/startTestHost.ts';

let host: TestHost;
before(async () => {
  host = await TestHost.start({
    serviceAccounts: [
      { name: 'builder', password: 'x'.repeat(24), createIn: ['lighthouse'] },
    ],
  });
});
after(() => host.stop());

const create = (name: string, as = 'sam.okafor', body = {}) =>
  host.api('POST', '/orgs/lighthouse/repos', { as, body: { name, ...body } });

test('creates, shows, changes and deletes a repository', async () => {
  const created = await create('orders', 'sam.okafor', {
    description: 'Takes orders',
  });
  assert.equal(created.status, 201);
  const body = await created.json();
  assert.equal(body.full_name, 'lighthouse/orders');
  assert.equal(body.clone_url, `${host.baseUrl}/lighthouse/orders.git`);
  assert.equal(body.empty, true);
  assert.deepEqual(body.permissions, { admin: true, push: true, pull: true });

  const again = await create('Orders', 'ines.moreau');
  assert.equal(again.status, 409);
  assert.match((await again.json()).message, /already exists/);

  const byOther = await host.api('DELETE', '/repos/lighthouse/orders', {
    as: 'ines.moreau',
  });
  assert.equal(byOther.status, 403);
  assert.equal(
    (await host.api('DELETE', '/repos/lighthouse/orders')).status,
    401,
  );

  const changed = await host.api('PATCH', '/repos/lighthouse/orders', {
    as: 'sam.okafor',
    body: { private: true },
  });
  assert.equal((await changed.json()).private, true);
  assert.equal(
    (await host.api('GET', '/repos/lighthouse/orders', { as: 'ines.moreau' }))
      .status,
    404,
  );
  assert.equal(
    (await host.api('DELETE', '/repos/lighthouse/orders', { as: 'sam.okafor' }))
      .status,
    204,
  );
  assert.equal(
    (await host.api('GET', '/repos/lighthouse/orders', { as: 'sam.okafor' }))
      .status,
    404,
  );
  assert.equal((await create('orders')).status, 201);
});

test('refuses names that break the rules, with a sentence, and makes nothing', async () => {
  const existing = await readdir(join(host.folder, 'git', 'lighthouse'));
  for (const name of [
    '',
    '.',
    '..',
    '-',
    'a b',
    'a/b',
    '../x',
    'x.git',
    'x.wiki',
    `"x"`,
    `x'; DROP TABLE`,
    '🚀',
    'ü',
    'x'.repeat(101),
    'x\0y',
  ]) {
    const response = await create(name);
    assert.equal(response.status, 422, name);
    assert.match((await response.json()).message, /^The repository name/);
  }
  for (const body of [
    {},
    { name: 5 },
    { name: 'x', private: 'no' },
    { name: 'x', default_branch: '--upload-pack=x' },
  ]) {
    const response = await host.api('POST', '/orgs/lighthouse/repos', {
      as: 'sam.okafor',
      body,
    });
    assert.equal(response.status, 422, JSON.stringify(body));
  }
  assert.deepEqual(
    await readdir(join(host.folder, 'git', 'lighthouse')),
    existing,
  );
});

test('one of many who create the same name at once wins', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      create(i % 2 ? 'race' : 'RACE', i % 3 ? 'sam.okafor' : 'kenji.ito'),
    ),
  );
  const statuses = answers.map(a => a.status).sort();
  assert.deepEqual(statuses, [201, ...Array(11).fill(409)]);
  assert.deepEqual(await readdir(join(host.folder, 'git', '.new')), []);
});

test('who may create where', async () => {
  const vault = (as?: string) =>
    host.api('POST', '/orgs/vault/repos', { as, body: { name: 'safe' } });
  assert.equal((await vault()).status, 401);
  assert.equal((await vault('sam.okafor')).status, 403);
  assert.equal((await vault('ines.moreau')).status, 201);
  assert.equal(
    (
      await host.api('POST', '/orgs/nobody/repos', {
        as: 'sam.okafor',
        body: { name: 'x' },
      })
    ).status,
    404,
  );
  assert.equal(
    (
      await host.api('POST', '/user/repos', {
        as: 'sam.okafor',
        body: { name: 'dotfiles' },
      })
    ).status,
    201,
  );
  const basic = `Basic ${Buffer.from(`builder:${'x'.repeat(24)}`).toString('base64')}`;
  const byAccount = (org: string) =>
    host.api('POST', `/orgs/${org}/repos`, {
      headers: { authorization: basic },
      body: { name: 'made-by-builder' },
    });
  assert.equal((await byAccount('lighthouse')).status, 201);
  assert.equal((await byAccount('vault')).status, 403);
  const deleteOthers = await host.api('DELETE', '/repos/vault/safe', {
    headers: { authorization: basic },
  });
  assert.equal(deleteOthers.status, 403);
});

test('shares a repository with a team and stops sharing it', async () => {
  await create('shared', 'ines.moreau', { private: true });
  const path = '/repos/lighthouse/shared';
  const share = (as: string, permission: string) =>
    host.api('PUT', `${path}/teams/team-orders`, { as, body: { permission } });
  assert.equal((await host.api('GET', path, { as: 'sam.okafor' })).status, 404);
  assert.equal((await share('sam.okafor', 'admin')).status, 404);
  assert.equal((await share('ines.moreau', 'write')).status, 204);
  const seen = await host.api('GET', path, { as: 'sam.okafor' });
  assert.deepEqual((await seen.json()).permissions, {
    admin: false,
    push: true,
    pull: true,
  });
  assert.equal((await share('sam.okafor', 'admin')).status, 403);
  assert.equal(
    (
      await host.api('DELETE', `${path}/teams/team-orders`, {
        as: 'ines.moreau',
      })
    ).status,
    204,
  );
  assert.equal((await host.api('GET', path, { as: 'sam.okafor' })).status, 404);
});

test('a list has pages with links and a total', async () => {
  const response = await host.api(
    'GET',
    '/orgs/lighthouse/repos?limit=2&page=1',
    { as: 'nora.lind' },
  );
  assert.equal((await response.json()).length, 2);
  assert.ok(Number(response.headers.get('x-total-count')) > 2);
  assert.match(response.headers.get('link') ?? '', /page=2.*rel="next"/);
  const many = await host.api('GET', '/orgs/lighthouse/repos?limit=100000', {
    as: 'nora.lind',
  });
  assert.ok((await many.json()).length <= 50);
});

test('a folder becomes a repository once, with its content readable in every way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  await writeFile(join(folder, 'README.md'), '# <b>Hello</b>\n');
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, '.gitignore'), 'ignored\n');
  await writeFile(join(folder, 'ignored'), 'secret');
  const options = {
    owner: 'lighthouse',
    name: 'sample',
    folder,
    author: {
      name: 'sam.okafor',
      displayName: 'Sam Okafor',
      email: 'sam@example.com',
    },
  };
  assert.deepEqual(await host.host.importRepository(options), {
    created: true,
  });
  await writeFile(join(folder, 'README.md'), 'other');
  assert.deepEqual(await host.host.importRepository(options), {
    created: false,
  });

  const path = '/repos/lighthouse/sample';
  const file = await host.api('GET', `${path}/contents/README.md?ref=main`);
  const etag = file.headers.get('etag') ?? '';
  const content = await file.json();
  assert.equal(
    Buffer.from(content.content, 'base64').toString(),
    '# <b>Hello</b>\n',
  );
  assert.match(content.last_commit_sha, /^[0-9a-f]{40}$/);
  const unchanged = await host.api('GET', `${path}/contents/README.md`, {
    headers: { 'if-none-match': etag },
  });
  assert.equal(unchanged.status, 304);
  const listing = await (await host.api('GET', `${path}/contents`)).json();
  assert.deepEqual(
    listing.map((e: { name: string }) => e.name),
    ['.gitignore', 'README.md', 'run.sh'],
  );
  const missing = await host.api('GET', `${path}/contents/nothing.txt`);
  assert.equal(missing.status, 404);

  const commits = await (await host.api('GET', `${path}/commits`)).json();
  assert.equal(commits[0].commit.author.name, 'Sam Okafor');
  const archive = await host.api('GET', `${path}/archive/main.tar.gz`);
  const tar = gunzipSync(Buffer.from(await archive.arrayBuffer())).toString(
    'latin1',
  );
  assert.ok(tar.includes('sample/README.md') && !tar.includes('ignored\0'));
  const again = await host.api('GET', `${path}/archive/main.tar.gz`, {
    headers: { 'if-none-match': archive.headers.get('etag') ?? '' },
  });
  assert.equal(again.status, 304);

  const page = await fetch(
    `${host.baseUrl}/lighthouse/sample/src/branch/main/README.md`,
  );
  const text = await page.text();
  assert.ok(text.includes('&#60;b&#62;Hello') && !text.includes('<b>Hello'));
  for (const url of [
    '/',
    '/lighthouse',
    '/lighthouse/sample',
    '/lighthouse/sample/commits/branch/main',
    `/lighthouse/sample/commit/${commits[0].sha}`,
  ]) {
    assert.equal((await fetch(host.baseUrl + url)).status, 200, url);
  }
  const raw = await fetch(
    `${host.baseUrl}/lighthouse/sample/raw/branch/main/README.md`,
  );
  assert.match(raw.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(raw.headers.get('content-security-policy') ?? '', /sandbox/);

  const work = await host.workFolder();
  await git(
    work,
    'clone',
    '--quiet',
    await host.cloneUrl('lighthouse/sample'),
    'copy',
  );
  assert.deepEqual((await readdir(join(work, 'copy'))).sort(), [
    '.git',
    '.gitignore',
    'README.md',
    'run.sh',
  ]);
});

test('what one made is there after a restart', async () => {
  await create('durable', 'sam.okafor', { description: 'Stays' });
  await host.host.stop();
  const next = await TestHost.start({ dataDir: host.folder });
  const seen = await next.api('GET', '/repos/lighthouse/durable', {
    headers: { authorization: `token ${await host.token('sam.okafor')}` },
  });
  assert.equal((await seen.json()).description, 'Stays');
  await next.host.stop();
  await host.host.start();
});

test('a page of another site that points its name here is refused', async () => {
  const { request } = await import('node:http');
  const status = await new Promise(resolve => {
    request(
      `${host.baseUrl}/api/v1/version`,
      { headers: { host: 'evil.example:80' } },
      r => resolve(r.statusCode),
    ).end();
  });
  assert.equal(status, 403);
});

test('a body that is too large or not JSON is refused', async () => {
  const large = await create('large', 'sam.okafor', {
    description: 'x'.repeat(2 * 1024 * 1024),
  });
  assert.equal(large.status, 413);
  const response = await fetch(`${host.baseUrl}/api/v1/orgs/lighthouse/repos`, {
    method: 'POST',
    headers: { authorization: `token ${await host.token('sam.okafor')}` },
    body: '{"name":',
  });
  assert.equal(response.status, 422);
});
