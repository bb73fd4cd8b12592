import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { comeIn, openBrowser } from './support/people.ts';

/** In whichever theme other tests look at the portal, it is not that of this person. */
const PERSON = 'oscar.silva';

describe('settings', () => {
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

  const open = async () => {
    const page = await comeIn(browser, portal, PERSON, {
      colorScheme: 'light',
    });
    await page.getByRole('heading', { name: /Oscar/ }).waitFor();
    return page;
  };
  const choose = async (page: Page, theme: string) => {
    await page.goto(`${portal.url}/settings`);
    const kept = page.waitForResponse(
      response =>
        response.url().endsWith('/keys/theme') &&
        response.request().method() === 'PUT',
    );
    await page.getByRole('button', { name: theme }).click();
    assert.ok((await kept).ok());
  };

  it('show the theme that a person has chosen in all of their browsers, and no other before', async () => {
    const page = await open();
    await choose(page, 'Dark');
    await page.locator('[data-theme-mode="dark"]').first().waitFor();

    const other = await open();
    assert.deepEqual(await themesOf(other, portal.url), ['dark']);
    await choose(other, 'Auto');
    // The first browser hears of it, also while it is closed.
    assert.deepEqual(await themesOf(page, portal.url), ['light']);

    await page.context().close();
    await other.context().close();
  });
});

/** The themes in which the navigation is seen while a page loads. */
async function themesOf(page: Page, url: string): Promise<string[]> {
  await page.addInitScript(() => {
    const seen: (string | undefined)[] = [];
    Object.assign(window, { seen });
    const look = () => {
      if (document.querySelector('nav')) {
        const mode = document.body.dataset.themeMode;
        if (seen.at(-1) !== mode) seen.push(mode);
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(url);
  await page.getByRole('heading', { name: /Oscar/ }).waitFor();
  await page.waitForLoadState('networkidle');
  return page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}
