import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execFileSync } from 'node:child_process';
import { git, TestHost } from '../testing/startTestHost.ts';

let host: TestHost;
before(async () => {
  host = await TestHost.start();
});
after(() => host.stop());

async function createRepository(name: string, isPrivate = false) {
  const response = await host.api('POST', '/orgs/lighthouse/repos', {
    as: 'sam.okafor',
    body: { name, private: isPrivate },
  });
  assert.equal(response.status, 201, await response.clone().text());
}

async function pushFirstCommit(name: string, content = 'hello\n') {
  const folder = await host.workFolder();
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(folder, 'README.md'), content);
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '-m', 'First');
  const url = await host.cloneUrl(`lighthouse/${name}`, 'sam.okafor');
  await git(folder, 'remote', 'add', 'origin', url);
  await git(folder, 'push', '--quiet', 'origin', 'main');
  return folder;
}

test('push, clone, fetch and shallow clone', async () => {
  await createRepository('orders');
  const source = await pushFirstCommit('orders');

  const work = await host.workFolder();
  await git(
    work,
    'clone',
    '--quiet',
    await host.cloneUrl('lighthouse/orders'),
    'anonymous',
  );
  await writeFile(join(source, 'second.txt'), 'two');
  await git(source, 'add', '.');
  await git(source, 'commit', '--quiet', '-m', 'Second');
  await git(source, 'push', '--quiet', 'origin', 'main');
  await git(join(work, 'anonymous'), 'pull', '--quiet');
  const log = await git(join(work, 'anonymous'), 'log', '--format=%s');
  assert.equal(log.stdout, 'Second\nFirst\n');

  await git(
    work,
    'clone',
    '--quiet',
    '--depth=1',
    await host.cloneUrl('lighthouse/orders'),
    'shallow',
  );
  const shallow = await git(join(work, 'shallow'), 'log', '--format=%s');
  assert.equal(shallow.stdout, 'Second\n');

  assert.deepEqual(
    host.pushes
      .filter(p => p.repository === 'orders')
      .map(p => [p.pusher, p.changes[0].ref, Boolean(p.changes[0].before)]),
    [
      ['sam.okafor', 'refs/heads/main', false],
      ['sam.okafor', 'refs/heads/main', true],
    ],
  );
});

test('a big push arrives in chunks, and many files arrive compressed', async () => {
  await createRepository('big');
  const folder = await pushFirstCommit('big');
  await writeFile(join(folder, 'random.bin'), randomBytes(12 * 1024 * 1024));
  await mkdir(join(folder, 'many'));
  for (let i = 0; i < 100; i += 1) {
    await writeFile(join(folder, 'many', `${i}.txt`), `${i}\n`.repeat(i));
  }
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '-m', 'Big');
  await git(
    folder,
    '-c',
    'http.postBuffer=65536',
    'push',
    '--quiet',
    'origin',
    'main',
  );
  for (let i = 0; i < 40; i += 1) {
    await git(
      folder,
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      `Commit ${i}`,
    );
    await git(folder, 'branch', `branch-${i}`);
  }
  await git(folder, 'push', '--quiet', '--all');
  const work = await host.workFolder();
  // Many "have" lines make git compress the request.
  await git(
    work,
    'clone',
    '--quiet',
    '--depth=1',
    await host.cloneUrl('lighthouse/big'),
    'copy',
  );
  await git(
    join(work, 'copy'),
    'fetch',
    '--quiet',
    '--unshallow',
    'origin',
    '+refs/heads/*:refs/remotes/origin/*',
  );
  const count = await git(
    join(work, 'copy'),
    'rev-list',
    '--count',
    'origin/main',
  );
  assert.equal(count.stdout.trim(), '42');
  await git(join(work, 'copy'), 'fsck', '--full');
});

test('a compressed request is understood', async () => {
  await createRepository('zipped');
  await pushFirstCommit('zipped');
  const { gzipSync } = await import('node:zlib');
  const refs = await fetch(
    `${host.baseUrl}/lighthouse/zipped.git/info/refs?service=git-upload-pack`,
  );
  const [, sha] = /([0-9a-f]{40}) HEAD/.exec(await refs.text()) ?? [];
  const line = (text: string) =>
    (text.length + 4).toString(16).padStart(4, '0') + text;
  const answer = await fetch(
    `${host.baseUrl}/lighthouse/zipped.git/git-upload-pack`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
      },
      body: gzipSync(
        `${line(`want ${sha} no-progress\n`)}0000${line('done\n')}`,
      ),
    },
  );
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200);
  assert.match(body.toString('latin1'), /^0008NAK\nPACK/);
});

test('who may not push is refused, and nothing changes', async () => {
  await createRepository('guarded');
  const folder = await pushFirstCommit('guarded');
  const head = (await git(folder, 'rev-parse', 'main')).stdout;
  await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Intruder');
  const tryPush = async (url: string) =>
    git(folder, 'push', url, 'main').then(
      () => 'pushed',
      error => String(error.stderr),
    );

  assert.match(
    await tryPush(await host.cloneUrl('lighthouse/guarded', 'ines.moreau')),
    /403/,
  );
  assert.match(
    await tryPush(await host.cloneUrl('lighthouse/guarded')),
    /could not read Username|Authentication failed/,
  );
  const wrong = new URL(await host.cloneUrl('lighthouse/guarded'));
  wrong.username = 'sam.okafor';
  wrong.password = 'f'.repeat(40);
  assert.match(await tryPush(wrong.toString()), /Authentication failed/);
  wrong.username = 'slipway-portal';
  wrong.password = 'a-generated-password-of-tests';
  assert.match(await tryPush(wrong.toString()), /403/);

  const branch = await host.api(
    'GET',
    '/repos/lighthouse/guarded/branches/main',
  );
  assert.equal((await branch.json()).commit.id, head.trim());
  // An owner of the organisation may.
  assert.equal(
    await tryPush(await host.cloneUrl('lighthouse/guarded', 'nora.lind')),
    'pushed',
  );
});

test('a private repository does not exist for others', async () => {
  await createRepository('hidden', true);
  await pushFirstCommit('hidden');
  const work = await host.workFolder();
  await git(
    work,
    'clone',
    '--quiet',
    await host.cloneUrl('lighthouse/hidden', 'sam.okafor'),
    'own',
  );
  await assert.rejects(
    async () =>
      git(
        work,
        'clone',
        await host.cloneUrl('lighthouse/hidden', 'ines.moreau'),
        'x',
      ),
    /not found/,
  );
  await assert.rejects(
    async () =>
      git(work, 'clone', await host.cloneUrl('lighthouse/hidden'), 'y'),
    /could not read Username/,
  );
  assert.equal((await host.api('GET', '/repos/lighthouse/hidden')).status, 404);
  assert.equal(
    (await host.api('GET', '/repos/lighthouse/hidden', { as: 'kenji.ito' }))
      .status,
    404,
  );
  const page = await fetch(
    `${host.baseUrl}/lighthouse/hidden/src/branch/main/README.md`,
  );
  assert.equal(page.status, 404);
  // The portal's account reads everything.
  const basic = Buffer.from(
    'slipway-portal:a-generated-password-of-tests',
  ).toString('base64');
  const seen = await host.api('GET', '/repos/lighthouse/hidden', {
    headers: { authorization: `Basic ${basic}` },
  });
  assert.equal(seen.status, 200);
});

test('the default branch cannot be rewritten or deleted, other branches can', async () => {
  await createRepository('protected');
  const folder = await pushFirstCommit('protected');
  await git(folder, 'commit', '--quiet', '--amend', '-m', 'Rewritten');
  await assert.rejects(
    git(folder, 'push', '--force', 'origin', 'main'),
    /cannot be rewritten/,
  );
  await assert.rejects(
    git(folder, 'push', 'origin', ':main'),
    /cannot be deleted|refusing to delete/,
  );
  await git(folder, 'push', '--quiet', 'origin', 'main:topic');
  await git(folder, 'commit', '--quiet', '--amend', '-m', 'Rewritten again');
  await git(folder, 'push', '--quiet', '--force', 'origin', 'main:topic');
  await git(folder, 'push', '--quiet', 'origin', ':topic');
});

test('refs of pull requests cannot be pushed', async () => {
  await createRepository('hiddenrefs');
  const folder = await pushFirstCommit('hiddenrefs');
  await assert.rejects(
    git(folder, 'push', 'origin', 'main:refs/pull/1/head'),
    /deny updating a hidden ref/,
  );
});

test('no path leads out of the repositories', async () => {
  await createRepository('fence');
  await pushFirstCommit('fence');
  for (const path of [
    '/lighthouse/..%2f..%2f.state%2ftokens.json/info/refs?service=git-upload-pack',
    '/../.state/tokens.json',
    '/.state/tokens.json',
    '/.hooks/update',
    '/lighthouse/fence.git/config',
    '/lighthouse/fence.git/host.json',
    '/lighthouse/fence.git/objects/info/packs',
    '/lighthouse/fence/raw/branch/main/..%2f..%2fhost.json',
    '/lighthouse/fence/raw/branch/main/%2e%2e/config',
    '/api/v1/repos/lighthouse/fence/contents/..%2F..%2Fhost.json',
    '/api/v1/repos/lighthouse/fence/raw/host.json?ref=--output=x',
    '/api/v1/repos/lighthouse/fence/archive/--output=x.tar.gz',
    '/api/v1/repos/..%2f/fence/contents',
  ]) {
    const status = await rawStatus(path);
    assert.ok([401, 403, 404, 405, 422].includes(status), `${path}: ${status}`);
  }
});

test('git processes end when the client goes away', async () => {
  await createRepository('vanish');
  const folder = await pushFirstCommit('vanish');
  await writeFile(join(folder, 'large.bin'), randomBytes(16 * 1024 * 1024));
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '-m', 'Large');
  await git(folder, 'push', '--quiet', 'origin', 'main');
  const refs = await fetch(
    `${host.baseUrl}/lighthouse/vanish.git/info/refs?service=git-upload-pack`,
  );
  const [, sha] = /([0-9a-f]{40}) HEAD/.exec(await refs.text()) ?? [];
  const line = (text: string) =>
    (text.length + 4).toString(16).padStart(4, '0') + text;
  const body = `${line(`want ${sha} no-progress\n`)}0000${line('done\n')}`;
  const socket = connect(Number(new URL(host.baseUrl).port), '127.0.0.1');
  socket.write(
    `POST /lighthouse/vanish.git/git-upload-pack HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise(resolve => {
    socket.once('data', resolve);
  });
  socket.pause();
  assert.ok(childrenOfThisProcess() > 0, 'the transfer is running');
  socket.destroy();
  for (let i = 0; i < 50 && childrenOfThisProcess() > 0; i += 1)
    await sleep(100);
  assert.equal(childrenOfThisProcess(), 0);
});

test('no secret is logged', async () => {
  const token = await host.token('sam.okafor');
  assert.ok(host.logged.length > 0);
  assert.ok(!host.logged.join('\n').includes(token));
});

/** As a hostile client would: without the tidying that fetch does. */
async function rawStatus(path: string): Promise<number> {
  const socket = connect(Number(new URL(host.baseUrl).port), '127.0.0.1');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );
  let text = '';
  for await (const chunk of socket) text += chunk;
  return Number(text.split(' ')[1]);
}

function childrenOfThisProcess(): number {
  const output = execFileSync('ps', ['-eo', 'ppid,comm']).toString();
  return output
    .split('\n')
    .filter(l => l.trim().startsWith(`${process.pid} `) && l.includes('git'))
    .length;
}
