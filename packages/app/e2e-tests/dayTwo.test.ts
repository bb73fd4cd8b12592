import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usePortal } from '@slipway/test-servers';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';
import { takeLogin } from './support/personalLogin.ts';

describe('a developer looks after a database', () => {
  const name = `stock-${Date.now().toString(36)}`;
  const lastDay = new Date(Date.now() + 40 * 86_400_000)
    .toISOString()
    .slice(0, 10);
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let page: Page;
  let session: pg.Client | undefined;
  const faults: string[] = [];

  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
  });
  after(async () => {
    await session?.end().catch(() => {});
    await browser?.close();
    await portal?.release();
  });

  const picture = async (what: string) => {
    await takePicture(page, `day-two-${what}`, 'light');
    faults.push(...(await faultsOf(page)).map(f => `${what}: ${f}`));
  };
  const change = async (item: string | RegExp) => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    return page.getByRole('dialog');
  };

  it('orders it', async () => {
    const fields = new URLSearchParams({
      environment: 'development',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${fields}`);
    await page.getByLabel(/^Name/).fill(name);
    await page.getByLabel(/^Last day/).fill(lastDay);
    await page.getByRole('button', { name: 'Order database' }).click();
    await page.waitForURL(`**/databases/development/${name}`);
    await page.getByText('Finished: Create the database').waitFor();
  });

  it('extends it before its last day', async () => {
    const dialog = await change('Extend');
    await picture('extend');
    await dialog.getByRole('button', { name: 'Extend database' }).click();
    await page.getByText('Finished: Extend the database').waitFor();
    const [y, m, d] = lastDay.split('-').map(Number);
    const end = new Date(Date.UTC(y, m - 1, d + 30));
    await page
      .getByText(`It goes until ${end.toISOString().slice(0, 10)} 23:59 UTC`)
      .waitFor();
  });

  it('clones it in two clicks', async () => {
    const dialog = await change('Clone');
    await dialog.getByRole('button', { name: 'Clone database' }).waitFor();
    await picture('clone');
    await dialog.getByRole('button', { name: 'Clone database' }).click();
    await page.waitForURL(`**/databases/development/${name}-copy`);
    await page
      .getByText('Wait for the backup that it begins with')
      .first()
      .waitFor();
    await picture('cloning');
    await page.getByText('Finished: Create the database').waitFor();
    await page
      .getByText(`A backup of ${name} (development)`, { exact: true })
      .waitFor();
    await page.goto(`${portal.url}/databases/development/${name}`);
    await page.getByText(/^Finished: Back the database up/).waitFor();
  });

  it('is told who is connected before deleting it, and then asked for a word', async () => {
    await page.goto(`${portal.url}/databases/development/${name}`);
    const login = await takeLogin(page, /to look/);
    session = new pg.Client({ ...login, application_name: 'reports' });
    session.on('error', () => {});
    await session.connect();
    const dialog = await change('Delete database');
    const uses = dialog.getByRole('region', { name: 'What uses it' });
    await uses.getByText(/calls itself “reports”/).waitFor();
    await uses.getByText(/The catalog names nothing/).waitFor();
    await picture('in-use');
    const button = dialog.getByRole('button', { name: 'Delete database' });
    await dialog.getByLabel('Name').fill(name);
    assert.ok(await button.isDisabled());
    await dialog.getByLabel(/^The word/).fill('disconnect');
    await button.click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await assert.rejects(session.query('SELECT 1'));
  });

  it('finds nothing on these pages that keeps anybody out', () => {
    assert.deepEqual(faults, []);
  });
});
