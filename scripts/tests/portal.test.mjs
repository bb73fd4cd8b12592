// The whole of it, as `npm start` makes it: second instance, deaths, kill -9, and a clean end.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchPortal } from '@slipway/test-servers';
import {
  commandOf,
  isAlive,
} from '../../packages/local-stack/src/processes/processes.mjs';
import { eventually, runScript } from './support.mjs';

let portal;

before(async () => {
  portal = await launchPortal();
});

after(() => portal?.remove());

const processes = () =>
  JSON.parse(readFileSync(join(portal.dataDir, 'processes.json'), 'utf8'));
const processOf = name => processes().find(each => each.name === name);

async function isReady() {
  const answer = await fetch(
    `${portal.url}/.backstage/health/v1/readiness`,
  ).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok;
}

function environment() {
  const { ports, dataDir } = portal;
  return {
    SLIPWAY_DATA_DIR: dataDir,
    SLIPWAY_PORT: String(ports.portal),
    SLIPWAY_PORTAL_DB_PORT: String(ports.portalDb),
    SLIPWAY_TENANT_DB_PORT: String(ports.tenantDb),
    SLIPWAY_OIDC_PORT: String(ports.identity),
    SLIPWAY_GIT_PORT: String(ports.git),
    SLIPWAY_METRICS_PORT: String(ports.metrics),
  };
}

test('it prints where it is, who can sign in, and how to stop and reset it', async () => {
  const text = portal.output();
  assert.ok(text.includes(portal.url));
  assert.ok(text.includes(portal.password));
  assert.match(text, /sam\.okafor +Sam Okafor/);
  assert.match(text, /vera\.visitor/);
  assert.match(text, /Stop with Ctrl-C/);
  assert.match(text, /npm run reset/);
  const page = await fetch(portal.url, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<div id="root"/);
});

test('the sample company’s repositories are there', async () => {
  const answer = await fetch(
    `${portal.gitUrl}/api/v1/repos/lighthouse/checkout`,
  );
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).full_name, 'lighthouse/checkout');
});

test('secrets are for their owner only, and not in the logs', async () => {
  const path = join(portal.dataDir, 'secrets.json');
  const text = readFileSync(path, 'utf8');
  const secrets = Object.values(JSON.parse(text)).filter(
    each => typeof each === 'string',
  );
  const logs = join(portal.dataDir, 'logs');
  for (const file of readdirSync(logs)) {
    const log = readFileSync(join(logs, file), 'utf8');
    for (const secret of secrets) {
      assert.ok(!log.includes(secret), `a secret is in ${file}`);
    }
  }
});

test('a second start in the same folder names the first', async () => {
  const { code, output } = await runScript('start.mjs', {
    env: environment(),
  });
  assert.equal(code, 1);
  assert.ok(
    output.includes(`It runs already: ${portal.url} (pid ${portal.pid})`),
    output,
  );
});

for (const [name, title] of [
  ['postgres-portal', "the portal's Postgres"],
  ['identity', 'the identity provider'],
  ['git-host', 'the git host'],
  ['portal', 'the portal'],
]) {
  test(`${title} is started again when it dies`, async () => {
    const before = processOf(name);
    process.kill(before.pid, 'SIGKILL');
    await eventually('another process', () => {
      const now = processOf(name);
      return now && now.pid !== before.pid;
    });
    await eventually('the message', () =>
      portal.output().includes(`${title} runs again`),
    );
    assert.ok(portal.output().includes(`${title} has died`));
    await eventually('readiness', isReady);
  });
}

test('after kill -9 of the supervisor and the start script the next start heals it', async () => {
  const left = processes();
  const { password } = portal;
  await portal.kill();
  await eventually('the supervisor’s end', () => !isAlive(left[0]));
  // What it had started still runs, and is found by the next start.
  assert.ok(left.slice(1).some(isAlive));

  portal = await launchPortal({ again: portal });
  assert.match(portal.output(), /Stopped what an earlier start had left/);
  assert.equal(portal.password, password);
  assert.ok(left.every(each => !isAlive(each)));
  assert.ok(await isReady());
});

test('after kill -9 of the supervisor alone the start script stops the rest and says so', async () => {
  const left = processes();
  process.kill(left[0].pid, 'SIGKILL');
  await eventually('the end of all', () => left.every(each => !isAlive(each)));
  await eventually('the message', () =>
    portal.output().includes('The supervisor was killed (SIGKILL)'),
  );
});

test('SIGTERM stops everything and leaves nothing behind', async t => {
  const started = Date.now();
  portal = await launchPortal({ again: portal });
  t.diagnostic(`the second start took ${Date.now() - started} ms`);
  const all = processes();
  await portal.stop();
  for (const each of all) {
    assert.ok(!isAlive(each), `${each.name}: ${commandOf(each.pid)}`);
  }
  assert.ok(!existsSync(join(portal.dataDir, 'start.lock')));
  assert.ok(!existsSync(join(portal.dataDir, 'processes.json')));
  assert.match(portal.output(), /Stopped\./);
});
