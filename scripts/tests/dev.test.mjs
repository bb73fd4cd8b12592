// What `npm run dev` promises: the app and the backend from their sources, reloaded when a file changes.
import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchPortal } from '@slipway/test-servers';
import { root } from '../lib/paths.mjs';
import { eventually } from './support.mjs';

let portal;
let appUrl;

before(async () => {
  portal = await launchPortal({ hotReload: true });
  appUrl = `http://localhost:${portal.ports.app}`;
});

after(() => portal?.remove());

/** Says that a file has changed, without changing it. */
function touch(...path) {
  const now = new Date();
  utimesSync(join(root, ...path), now, now);
}

const log = name =>
  readFileSync(join(portal.dataDir, 'logs', `${name}.log`), 'utf8');

test('it prints the address of the app, which is served from its sources', async () => {
  assert.ok(portal.output().includes(appUrl));
  const page = await fetch(appUrl, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<div id="root"/);
});

test('open pages hear of a change of the app', async () => {
  const socket = new WebSocket(`${appUrl.replace('http', 'ws')}/ws`, {
    headers: { origin: appUrl },
  });
  const heard = [];
  socket.addEventListener('message', ({ data }) =>
    heard.push(JSON.parse(data).type),
  );
  await eventually('the page is connected', () => heard.includes('ok'));
  heard.length = 0;
  // The bundler compares contents, so that there has to be a change; it is taken back at once.
  const file = join(root, 'packages', 'app', 'src', 'brand', 'Logo.tsx');
  const before = readFileSync(file);
  try {
    writeFileSync(file, `${before}\n`);
    await eventually(
      'the page hears that it is to look again',
      () => heard.includes('ok'),
      60_000,
    );
  } finally {
    writeFileSync(file, before);
  }
  socket.close();
});

test('the backend starts again after a change, with the same data', async () => {
  const starts = () =>
    log('portal').split('Plugin initialization started').length;
  const before = starts();
  touch('packages', 'backend', 'src', 'createPortalBackend.ts');
  await eventually('the backend starts again', () => starts() > before);
  await eventually('the backend is ready', async () => {
    const answer = await fetch(
      `${portal.url}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok;
  });
});
