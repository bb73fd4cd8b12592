import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usePortal } from '@slipway/test-servers';
import type { Browser } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

describe('handing a database on', () => {
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
  });

  /** Orders a small database as sam; its page. */
  async function ordered(name: string): Promise<string> {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const query = new URLSearchParams({
      name,
      environment: 'development',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${query}`);
    await page.getByRole('button', { name: 'Order database' }).click();
    await page.waitForURL(`**/databases/development/${name}`);
    await page.getByRole('button', { name: 'Connect' }).waitFor();
    await page.context().close();
    return `/databases/development/${name}`;
  }

  const handOn = async (colorScheme: 'light' | 'dark') => {
    const name = `handed-${colorScheme}-${Date.now().toString(36)}`;
    const path = await ordered(name);
    const page = await comeIn(browser, portal, 'nora.lind', { colorScheme });
    await page.getByRole('heading', { name: /Nora/ }).waitFor();
    const faults: string[] = [];
    const picture = async (what: string) => {
      await page.waitForTimeout(500);
      await takePicture(page, `hand-on-${what}`, colorScheme);
      faults.push(...(await faultsOf(page)).map(f => `${what}: ${f}`));
    };

    // From where an administrator sees what a group leaves.
    await page.goto(
      `${portal.url}/settings/access?view=handover&who=group:default/team-orders`,
    );
    await page
      .getByRole('link', { name: `Hand on ${name} in development` })
      .click();
    const dialog = page.getByRole('dialog', { name: `Hand on ${name}` });
    await dialog.getByText('What follows').waitFor();
    await picture('empty');

    // With the keyboard alone.
    const owner = dialog.getByRole('combobox', { name: /New owner/ });
    await owner.focus();
    await page.keyboard.type('paym');
    await page.getByRole('option', { name: /Payments/ }).waitFor();
    await picture('found');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await dialog.getByLabel(/Reason/).focus();
    await page.keyboard.type('Payments runs it from now on.');
    await picture('filled');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByText(/Handed on from/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Payments' }).first().waitFor();
    await picture('done');
    assert.equal(new URL(page.url()).search, '');
    await page.context().close();

    // Whoever lost it sees it, and may not hand it on.
    const sam = await comeIn(browser, portal, 'sam.okafor', { colorScheme });
    await sam.getByRole('heading', { name: /Sam/ }).waitFor();
    await sam.goto(`${portal.url}${path}?do=hand-on`);
    await sam.getByText(/this database belongs to Payments/).waitFor();
    assert.equal(await sam.getByRole('dialog').count(), 0);
    await sam.context().close();
    assert.deepEqual(faults, []);
  };
  it('is done from what a group leaves, in light', () => handOn('light'));
  it('is done from what a group leaves, in dark', () => handOn('dark'));
});
