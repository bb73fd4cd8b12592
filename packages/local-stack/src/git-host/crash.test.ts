import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { git, TestHost } from './testing/startTestHost.ts';

/** A data folder with a repository `merged` that has an open pull request, copied for each try. */
let template: string;
let token: string;
before(async () => {
  const host = await TestHost.start();
  token = await host.token('sam.okafor');
  const post = async (path: string, body: object) => {
    const response = await host.api('POST', path, { as: 'sam.okafor', body });
    assert.equal(response.status, 201, await response.text());
  };
  await post('/orgs/lighthouse/repos', { name: 'merged' });
  const work = await mkdtemp(join(tmpdir(), 'work-'));
  await git(work, 'init', '--quiet', '--initial-branch=main');
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', 'First');
  await git(work, 'checkout', '--quiet', '-b', 'topic');
  await writeFile(join(work, 'a.txt'), 'a');
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'Topic');
  const url = await host.cloneUrl('lighthouse/merged', 'sam.okafor');
  await git(work, 'push', '--quiet', url, 'main', 'topic');
  await post('/repos/lighthouse/merged/pulls', {
    title: 'Topic',
    head: 'topic',
    base: 'main',
  });
  await host.host.stop();
  await rm(work, { recursive: true });
  template = host.folder;
});
after(() => rm(template, { recursive: true, force: true }));

test('killed anywhere while creating: all or nothing, and creating again works', async () => {
  await atEachPoint('create', async host => {
    const seen = await host.api('GET', '/repos/lighthouse/crashed', {
      headers: { authorization: `token ${token}` },
    });
    const again = await host.api('POST', '/orgs/lighthouse/repos', {
      headers: { authorization: `token ${token}` },
      body: { name: 'crashed' },
    });
    assert.equal(again.status, seen.status === 200 ? 409 : 201);
    const work = await mkdtemp(join(host.folder, 'w-'));
    await git(
      work,
      'clone',
      '--quiet',
      `${host.baseUrl}/lighthouse/crashed.git`,
    );
    return seen.status === 200 ? 'done' : 'undone';
  });
});

test('killed anywhere while deleting: gone as a whole or there as a whole', async () => {
  await atEachPoint('delete', async host => {
    const { status } = await host.api('GET', '/repos/lighthouse/crashed');
    assert.ok(status === 200 || status === 404);
    const folders = await readdir(join(host.folder, 'git', 'lighthouse'));
    assert.equal(folders.includes('crashed.git'), status === 200);
    return status === 404 ? 'done' : 'undone';
  });
});

test('killed anywhere while merging: merged once, or open and to be merged again', async () => {
  await atEachPoint('merge', async host => {
    const headers = { authorization: `token ${token}` };
    const path = '/repos/lighthouse/merged';
    const seen = await (
      await host.api('GET', `${path}/pulls/1`, { headers })
    ).json();
    const again = await host.api('POST', `${path}/pulls/1/merge`, {
      headers,
      body: { Do: 'merge' },
    });
    assert.equal(again.status, seen.merged ? 409 : 200);
    const commits = await (await host.api('GET', `${path}/commits`)).json();
    // First, the topic's, and exactly one merge.
    assert.equal(commits.length, 3);
    return seen.merged ? 'done' : 'undone';
  });
});

/** Runs once to learn how many points there are, then dies before and after each of them. */
async function atEachPoint(
  operation: 'create' | 'delete' | 'merge',
  judge: (host: TestHost) => Promise<'done' | 'undone'>,
) {
  const clean = await runHost(operation, undefined);
  assert.ok(clean.calls && clean.calls >= 2, 'the clean run reached its end');
  await rm(clean.folder, { recursive: true });
  const verdicts: string[] = [];
  for (let call = 1; call <= clean.calls; call += 1) {
    for (const when of ['before', 'after']) {
      const { folder, killed } = await runHost(operation, `${call}:${when}`);
      // What happens in the background after the answer may be cut off by the end of the process instead.
      assert.ok(killed, `${operation} was not killed ${when} call ${call}`);
      const host = await TestHost.start({ dataDir: folder });
      verdicts.push(await judge(host));
      assert.ok(!(await readdir(join(folder, 'git'))).includes('.trash'));
      await host.stop();
    }
  }
  assert.equal(verdicts[0], 'undone');
  assert.ok(verdicts.includes('done'), verdicts.join());
}

async function runHost(operation: string, crashAt: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  await cp(template, folder, { recursive: true });
  if (operation === 'delete') {
    const host = await TestHost.start({ dataDir: folder });
    await host.api('POST', '/orgs/lighthouse/repos', {
      headers: { authorization: `token ${token}` },
      body: { name: 'crashed' },
    });
    await host.host.stop();
  }
  return new Promise<{ folder: string; killed: boolean; calls?: number }>(
    (resolve, reject) => {
      execFile(
        process.execPath,
        [
          '--import',
          new URL('./testing/crashAt.ts', import.meta.url).href,
          new URL('./testing/crashingHost.ts', import.meta.url).pathname,
          folder,
          operation,
          token,
        ],
        { env: { ...process.env, CRASH_AT: crashAt }, timeout: 60_000 },
        (error, stdout, stderr) => {
          if (error && error.signal !== 'SIGKILL') {
            reject(new Error(`${error.message} ${stderr}`));
          } else if (error) {
            resolve({ folder, killed: true });
          } else {
            resolve({ folder, killed: false, ...JSON.parse(stdout) });
          }
        },
      );
    },
  );
}
