import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

describe('what an entity is related to', () => {
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

  const look = async (tab: string, path: string, name: string) => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    let answer = () => {};
    const mayAnswer = new Promise<void>(resolve => {
      answer = resolve;
    });
    await page.route('**/api/catalog/entities/by-refs*', async route => {
      await mayAnswer;
      await route.continue();
    });
    await page.goto(`${portal.url}${path}`);
    await page.getByRole('heading', { name }).waitFor();
    // What comes up slowly has come up.
    await page.waitForTimeout(500);
    const claims = page.getByText(/does not (provide|consume)|^No \w+ is part/);
    assert.deepEqual(await claims.allTextContents(), []);
    assert.deepEqual(await faultsOf(page), []);
    await takePicture(page, `relations-${tab}-loading`, 'light');
    answer();
    await page
      .locator('.bui-Card')
      .filter({ has: page.getByRole('heading', { name }) })
      .getByRole('row')
      .nth(1)
      .getByRole('link')
      .first()
      .waitFor();
    assert.deepEqual(await claims.allTextContents(), []);
    await takePicture(page, `relations-${tab}`, 'light');
    await page.context().close();
  };

  for (const [tab, path, name] of [
    ['overview', '/catalog/default/component/checkout', 'Provided APIs'],
    ['APIs', '/catalog/default/component/checkout/apis', 'Consumed APIs'],
    ['system', '/catalog/default/system/ordering', 'Has components'],
  ]) {
    it(`is not said to be nothing before it is known: ${tab}`, () =>
      look(tab, path, name));
  }
});
