import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { gitAddress } from './support/gitAddress.ts';
import { comeIn, openBrowser, PATIENCE_MS } from './support/people.ts';
import {
  query,
  shown,
  takeLogin,
  type Login,
} from './support/personalLogin.ts';
import { runService } from './support/runService.ts';
import { startService } from './support/startService.ts';

const run = promisify(execFile);

describe('a developer starts a service from the golden path', () => {
  const name = `ferry-${Date.now().toString(36)}`;
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let page: Page;
  let login: Login;
  let folder: string;

  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    folder = await mkdtemp(join(tmpdir(), 'slipway-main-job-'));
    page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers the questions and watches it being made', async () => {
    await startService(page, portal, name);
  });

  it('finds the service in the catalog and reads its docs', async () => {
    await page.goto(`${portal.url}/catalog/default/component/${name}`);
    await page.getByRole('heading', { name }).first().waitFor();
    await page.goto(`${portal.url}/docs/default/component/${name}`);
    await page
      .getByRole('heading', { name: new RegExp(name, 'i') })
      .first()
      .waitFor({ timeout: 2 * PATIENCE_MS });
  });

  it('opens the database and gets a login that is shown once', async () => {
    await page.goto(`${portal.url}/databases/development/${name}-db`);
    await page.getByText('Ready', { exact: true }).first().waitFor();
    login = await takeLogin(page, /to change data/);
    await page.reload();
    await page.getByText(login.user).first().waitFor();
    assert.ok(!(await page.content()).includes(login.password));
  });

  it('connects from outside, and not to a neighbour', async () => {
    const { rows } = await query(
      login,
      'SELECT current_database() AS name, session_user AS person',
    );
    assert.deepEqual(rows, [{ name: login.database, person: login.user }]);

    const { rows: databases } = await query(
      login,
      'SELECT datname AS name FROM pg_database WHERE datname <> current_database()',
    );
    assert.ok(databases.length > 0);
    for (const { name: database } of databases) {
      await assert.rejects(
        query({ ...login, database }, 'SELECT 1'),
        /permission denied|not currently accepting connections/,
        database,
      );
    }
  });

  it('clones the repository and runs its tests', async () => {
    const address = await gitAddress(page, portal, name);
    const target = join(folder, 'clone');
    await run('git', ['clone', '--quiet', address, target]);
    const { stdout } = await run('git', [
      '-C',
      target,
      'log',
      '-1',
      '--format=%an <%ae>',
    ]);
    assert.equal(stdout.trim(), 'Sam Okafor <sam.okafor@lighthouse.example>');
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: target });
    await run('npm', ['test'], { cwd: target });
  });

  it('runs the service on the database that was ordered', async () => {
    await page.goto(`${portal.url}/databases/development/${name}-db`);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page
      .getByRole('menuitem', { name: 'Personal login to make tables' })
      .click();
    await page.getByRole('button', { name: 'Get login' }).click();
    const address = await shown(
      page,
      'Address for a service, holds the password',
    );
    await page.getByRole('button', { name: 'I have copied it' }).click();

    const service = await runService(join(folder, 'clone'), address);
    try {
      const made = await fetch(`${service.url}/api/v1/items`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'compass' }),
      });
      assert.equal(made.status, 201);
    } finally {
      await service.stop();
    }
    // The other login, which makes no tables, sees what the service has written.
    const { rows } = await query(login, 'SELECT name FROM app.items');
    assert.deepEqual(rows, [{ name: 'compass' }]);
  });
});
