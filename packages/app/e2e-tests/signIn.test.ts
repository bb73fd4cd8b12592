import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { comeIn, openBrowser } from './support/people.ts';

describe('signing in', () => {
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

  it('greets a person whom the catalog knows', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    for (const heading of ['Needs you', 'Yours', 'New']) {
      await page
        .getByRole('heading', { name: heading, exact: true })
        .first()
        .waitFor();
    }
    await page.context().close();
  });

  it('refuses a person whom the catalog does not know, and says why', async () => {
    const page = await comeIn(browser, portal, 'vera.visitor');
    const notice = page.getByRole('alert');
    await notice.waitFor();
    assert.match((await notice.textContent()) ?? '', /catalog/i);
    await page
      .getByRole('button', { name: 'Sign in with your company account' })
      .waitFor();
    await page.context().close();
  });

  it('says so when a page does not arrive, and shows it on the second attempt', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    await page.route('**/static/**', route => route.abort());
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Databases' })
      .click();
    const notice = page.getByRole('alert').filter({
      hasText: 'This part of the portal could not be loaded',
    });
    await notice.waitFor();
    await page.unroute('**/static/**');
    await notice.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Databases' }).first().waitFor();
    await page.context().close();
  });
});
