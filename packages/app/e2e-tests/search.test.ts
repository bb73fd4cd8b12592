import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { comeIn, openBrowser } from './support/people.ts';

describe('search', () => {
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

  it('finds what bears a name before what only speaks of it, and documents by their words', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const found = async (query: string) => {
      await page.goto(
        `${portal.url}/search?query=${encodeURIComponent(query)}`,
      );
      const links = page.locator('a[href^="/catalog/"], a[href^="/docs/"]');
      await links
        .first()
        .or(page.getByText(/no results/i))
        .waitFor();
      return links.evaluateAll(all =>
        all.map(link => new URL((link as HTMLAnchorElement).href).pathname),
      );
    };
    // The index is filled soon after the start, documents by whoever opens them first.
    const deadline = Date.now() + 90_000;
    for (const [query, path] of [
      ['checkout', /^\/catalog\/default\/component\/checkout/],
      ['outbox grows', /^\/docs\/.*checkout\/runbook/],
    ] as const) {
      let first = '';
      while (!path.test(first)) {
        assert.ok(Date.now() < deadline, `"${query}" finds ${first} first`);
        [first = ''] = await found(query);
      }
    }
    await page.context().close();
  });
});
