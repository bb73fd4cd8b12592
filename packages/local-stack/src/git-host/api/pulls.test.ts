import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { git, TestHost } from '../testing/startTestHost.ts';

let host: TestHost;
let folder: string;
const path = '/repos/lighthouse/orders';
before(async () => {
  host = await TestHost.start();
  await host.api('POST', '/orgs/lighthouse/repos', {
    as: 'sam.okafor',
    body: { name: 'orders' },
  });
  folder = await host.workFolder();
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit('README.md', 'one\n', 'First');
  await git(
    folder,
    'remote',
    'add',
    'origin',
    await host.cloneUrl('lighthouse/orders', 'sam.okafor'),
  );
  await git(folder, 'push', '--quiet', 'origin', 'main');
});
after(() => host.stop());

async function commit(file: string, content: string, message: string) {
  await writeFile(join(folder, file), content);
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '-m', message);
}

async function branch(name: string, file: string, content: string) {
  await git(folder, 'fetch', '--quiet', 'origin');
  await git(folder, 'checkout', '--quiet', '-B', name, 'origin/main');
  await commit(file, content, `Change ${file}`);
  await git(folder, 'push', '--quiet', 'origin', name);
}

const open = (head: string, as = 'sam.okafor') =>
  host.api('POST', `${path}/pulls`, {
    as,
    body: { title: `Take ${head}`, head, base: 'main' },
  });
const merge = (number: number, body: object, as = 'sam.okafor') =>
  host.api('POST', `${path}/pulls/${number}/merge`, { as, body });

test('creates, shows and really merges a pull request', async () => {
  await branch('feature/a', 'a.txt', 'a');
  const created = await open('feature/a');
  assert.equal(created.status, 201);
  const pull = await created.json();
  assert.equal(pull.number, 1);
  assert.equal(pull.mergeable, true);
  assert.equal((await open('feature/a')).status, 409);
  assert.equal((await host.api('GET', `${path}/pulls/1/merge`)).status, 404);
  const diff = await (await host.api('GET', `${path}/pulls/1.diff`)).text();
  assert.match(diff, /\+\+\+ b\/a.txt/);

  assert.equal((await merge(1, { Do: 'merge' }, 'ines.moreau')).status, 403);
  assert.equal((await merge(1, { Do: 'rebase' })).status, 422);
  assert.equal(
    (await merge(1, { Do: 'merge', head_commit_id: 'f'.repeat(40) })).status,
    409,
  );
  host.pushes.length = 0;
  const merged = await merge(1, {
    Do: 'merge',
    delete_branch_after_merge: true,
  });
  assert.equal(merged.status, 200, await merged.clone().text());
  const done = await (await host.api('GET', `${path}/pulls/1`)).json();
  assert.equal(done.merged, true);
  assert.equal(done.merged_by.login, 'sam.okafor');
  assert.equal(done.state, 'closed');
  assert.equal((await host.api('GET', `${path}/pulls/1/merge`)).status, 204);
  assert.equal((await host.api('GET', `${path}/contents/a.txt`)).status, 200);
  assert.equal(
    (await host.api('GET', `${path}/branches/feature/a`)).status,
    404,
  );
  const head = await (await host.api('GET', `${path}/git/commits/main`)).json();
  assert.equal(head.sha, done.merge_commit_sha);
  assert.equal(head.parents.length, 2);
  assert.equal(head.commit.author.name, 'Sam Okafor');
  assert.deepEqual(
    host.pushes.map(p => p.changes.map(c => c.ref)),
    [['refs/heads/feature/a', 'refs/heads/main']],
  );
  assert.equal((await merge(1, { Do: 'merge' })).status, 409);
});

test('squashes, and follows what is pushed to the branch meanwhile', async () => {
  await branch('b', 'b.txt', 'b');
  const { number } = await (await open('b')).json();
  await commit('b.txt', 'bb', 'Again');
  await git(folder, 'push', '--quiet', 'origin', 'b');
  const pull = await (await host.api('GET', `${path}/pulls/${number}`)).json();
  assert.equal(
    pull.head.sha,
    (await git(folder, 'rev-parse', 'b')).stdout.trim(),
  );
  assert.equal((await merge(number, { Do: 'squash' })).status, 200);
  const head = await (await host.api('GET', `${path}/git/commits/main`)).json();
  assert.equal(head.parents.length, 1);
  assert.equal(head.commit.message, `Take b (#${number})`);
});

test('refuses to merge what conflicts, and what has nothing new', async () => {
  await branch('c', 'README.md', 'from c\n');
  await branch('d', 'README.md', 'from d\n');
  const c = await (await open('c')).json();
  const d = await (await open('d')).json();
  assert.equal(
    (await merge(c.number, { Do: 'fast-forward-only' })).status,
    200,
  );
  const conflicting = await (
    await host.api('GET', `${path}/pulls/${d.number}`)
  ).json();
  assert.equal(conflicting.mergeable, false);
  const refused = await merge(d.number, { Do: 'merge' });
  assert.equal(refused.status, 409);
  assert.match((await refused.json()).message, /conflicts/);
  assert.equal((await open('main')).status, 422);
  assert.equal((await open('nowhere')).status, 404);
  assert.equal((await open('stranger:x')).status, 422);
});

test('merges once when many ask at once', async () => {
  await branch('e', 'e.txt', 'e');
  const { number } = await (await open('e')).json();
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => merge(number, { Do: 'merge' })),
  );
  assert.deepEqual(
    answers.map(a => a.status).sort(),
    [200, 409, 409, 409, 409, 409],
  );
});

test('closes, opens again and lists by state', async () => {
  await branch('f', 'f.txt', 'f');
  const { number } = await (await open('f')).json();
  const set = (state: string, as = 'sam.okafor') =>
    host.api('PATCH', `${path}/pulls/${number}`, { as, body: { state } });
  assert.equal((await set('closed', 'ines.moreau')).status, 403);
  assert.equal((await set('closed')).status, 201);
  assert.equal((await merge(number, { Do: 'merge' })).status, 409);
  const list = async (state: string) =>
    (await (await host.api('GET', `${path}/pulls?state=${state}`)).json()).map(
      (p: { number: number }) => p.number,
    );
  assert.ok((await list('closed')).includes(number));
  assert.ok(!(await list('open')).includes(number));
  assert.equal((await set('open')).status, 201);
  assert.equal((await merge(number, { Do: 'merge' })).status, 200);
});

test('creates and deletes branches', async () => {
  const created = await host.api('POST', `${path}/branches`, {
    as: 'sam.okafor',
    body: { new_branch_name: 'release/1' },
  });
  assert.equal(created.status, 201);
  const again = await host.api('POST', `${path}/branches`, {
    as: 'sam.okafor',
    body: { new_branch_name: 'release/1' },
  });
  assert.equal(again.status, 409);
  assert.equal(
    (await host.api('DELETE', `${path}/branches/main`, { as: 'sam.okafor' }))
      .status,
    422,
  );
  assert.equal(
    (
      await host.api('DELETE', `${path}/branches/release/1`, {
        as: 'ines.moreau',
      })
    ).status,
    403,
  );
  const page = await fetch(
    `${host.baseUrl}/lighthouse/orders/src/branch/release/1/README.md`,
  );
  assert.equal(page.status, 200);
  assert.equal(
    (
      await host.api('DELETE', `${path}/branches/release/1`, {
        as: 'sam.okafor',
      })
    ).status,
    204,
  );
});
