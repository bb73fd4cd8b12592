import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usePortal } from '@slipway/test-servers';
import type { Browser, Page } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

describe('another size that somebody has to approve', () => {
  const name = `grows-${Date.now().toString(36)}`;
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
      await takePicture(page, `resize-${what}`, colorScheme);
      faults.push(...(await faultsOf(page)).map(f => `${what}: ${f}`));
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };

  it('is asked for, and the database is used as before', async () => {
    const fields = new URLSearchParams({
      name,
      environment: 'production',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${fields}`);
    await page.getByRole('button', { name: 'Order database' }).click();
    await page.waitForURL(`**/databases/production/${name}`);
    await page.getByRole('button', { name: 'Connect' }).waitFor();
    await page.getByText('Finished: Create the database').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Change size…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^large / }).check({ force: true });
    await dialog.getByText(/This size waits for approval/).waitFor();
    // The app begins anew with another scheme, and nothing is open then.
    await picture('dialog', ['light']);
    await dialog.getByRole('button', { name: 'Ask for the size' }).click();
    await page.getByText(/The size large waits for approval/).waitFor();
    await page.getByRole('button', { name: 'Connect' }).waitFor();
    await page.getByRole('link', { name: 'Open the approval' }).waitFor();
    await picture('waits');
    await page.setViewportSize({ width: 390, height: 800 });
    await picture('waits-narrow', ['light']);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('comes when it is approved, while the page is open', async () => {
    const approval = await page
      .getByRole('link', { name: 'Open the approval' })
      .getAttribute('href');
    const approver = await comeIn(browser, portal, 'nora.lind');
    await approver.getByRole('heading', { name: /Nora/ }).waitFor();
    await approver.goto(new URL(approval!, portal.url).href);
    await approver
      .getByText(`Change the size of ${name} in production to large`)
      .first()
      .waitFor();
    await approver.getByRole('button', { name: 'Approve' }).click();
    await approver
      .getByRole('dialog')
      .getByRole('button', { name: 'Approve' })
      .click();
    await page.getByText('Finished: Change the size of the database').waitFor();
    await page.getByText('at most 100').waitFor();
    assert.equal(
      await page.getByText(/The size large waits for approval/).count(),
      0,
    );
    await picture('done', ['light']);
    await approver.context().close();
  });

  it('has no fault that a screen reader or a narrow screen would meet', () => {
    assert.deepEqual(faults, []);
  });
});
