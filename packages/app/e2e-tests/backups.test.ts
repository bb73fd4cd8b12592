import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usePortal } from '@slipway/test-servers';
import type { Browser, Page } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';
import { query, takeLogin } from './support/personalLogin.ts';

const TABLES = /to make tables|build/i;

describe('a developer backs a database up', () => {
  const name = `ledger-${Date.now().toString(36)}`;
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
  });

  const picture = async (
    what: string,
    schemes: readonly ('light' | 'dark')[] = ['light', 'dark'],
  ) => {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(500);
      await takePicture(page, `backups-${what}`, colorScheme);
      faults.push(...(await faultsOf(page)).map(f => `${what}: ${f}`));
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };
  const order = async (called: string) => {
    await page.getByLabel(/^Name/).fill(called);
    await page.getByRole('button', { name: 'Order database' }).click();
    await page.waitForURL(`**/databases/development/${called}`);
    await page.getByRole('button', { name: 'Connect' }).waitFor();
    await page.getByText('Finished: Create the database').waitFor();
  };
  const backupMenu = () =>
    page.getByRole('button', { name: /Actions for the backup/ });

  it('has one that is proven', async () => {
    const fields = new URLSearchParams({
      environment: 'development',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${fields}`);
    await order(name);
    const login = await takeLogin(page, TABLES);
    await query(
      login,
      `CREATE TABLE entries AS SELECT g AS n FROM generate_series(1, 7) g`,
    );
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Finished: Back the database up').waitFor();
    await page.getByText(/1 table, 7 rows/).waitFor();
    await page.getByText(/^Proven/).waitFor();
    await picture('kept');
    await query(login, 'DELETE FROM entries WHERE n > 2');
  });

  it('restores it in place after typing the name', async () => {
    await backupMenu().click();
    await page.getByRole('menuitem', { name: 'Restore it here…' }).click();
    const dialog = page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Restore database' });
    assert.ok(await button.isDisabled());
    // The app begins anew with another scheme, and nothing is open then.
    await picture('dialog', ['light']);
    await dialog.getByRole('textbox').fill(name);
    await button.click();
    await page.getByText('Finished: Restore the database').waitFor();
    await page.getByText(/Before a restore/).waitFor();
    await picture('restored');
    const login = await takeLogin(page, TABLES);
    const { rows } = await query(login, 'SELECT count(*)::int FROM entries');
    assert.deepEqual(rows, [{ count: 7 }]);
  });

  it('orders another database that begins with it', async () => {
    await backupMenu().last().click();
    await page
      .getByRole('menuitem', { name: 'Order a new database from it' })
      .click();
    await page
      .getByText(new RegExp(`in the backup of ${name} \\(development\\)`))
      .waitFor();
    await picture('order');
    await order(`${name}-copy`);
    await page.getByText(`A backup of ${name} (development)`).waitFor();
    const login = await takeLogin(page, TABLES);
    const { rows } = await query(login, 'SELECT count(*)::int FROM entries');
    assert.deepEqual(rows, [{ count: 7 }]);
  });

  it('deletes it and has it back', async () => {
    await page.goto(`${portal.url}/databases/development/${name}-copy`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete database' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Delete database' })
      .click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Finished: Resume the database').waitFor();
    const login = await takeLogin(page, TABLES);
    const { rows } = await query(login, 'SELECT count(*)::int FROM entries');
    assert.deepEqual(rows, [{ count: 7 }]);
  });

  it('finds nothing on these pages that keeps anybody out', () => {
    assert.deepEqual(faults, []);
  });
});
