import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { failService, startService } from './support/startService.ts';
import { faultsOf, takePicture } from './support/look.ts';
import { everyPage, type PortalPage } from './support/pages.ts';
import { comeIn, openBrowser } from './support/people.ts';

type ColorScheme = 'light' | 'dark';

describe('every page', () => {
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let pages: PortalPage[];
  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    const page = await comeIn(browser, portal, 'sam.okafor');
    const service = `pages-${Date.now().toString(36)}`;
    const task = await startService(page, portal, service);
    const failedTask = await failService(page, portal, service);
    await page.context().close();
    const database = `${service}-db`;
    pages = everyPage({ service, database, task, failedTask });
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
  });

  const look = async (colorScheme: ColorScheme) => {
    const page = await comeIn(browser, portal, 'sam.okafor', { colorScheme });
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const faults: string[] = [];
    for (const each of pages) {
      await page.goto(`${portal.url}${each.path}`);
      try {
        await each
          .landmark(page)
          .waitFor({ state: 'visible', timeout: 20_000 });
      } catch {
        faults.push(`${each.name}: did not come up`);
      }
      // What fades in has faded in.
      await page.waitForTimeout(500);
      await takePicture(page, each.name, colorScheme);
      faults.push(...(await faultsOf(page)).map(f => `${each.name}: ${f}`));
    }
    await page.context().close();
    assert.deepEqual(faults, []);
  };
  it('can be used by everybody, in light', () => look('light'));
  it('can be used by everybody, in dark', () => look('dark'));

  it('offer one way to start a task over that failed', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const failed = pages.find(({ name }) => name === 'failed-task');
    await page.goto(`${portal.url}${failed?.path}`);
    await page.getByRole('link', { name: 'Start over' }).waitFor();
    await page.getByRole('button', { name: 'Hide Logs' }).waitFor();
    const others = page.getByRole('button', { name: /Start over|Cancel/i });
    assert.equal(await others.count(), 0);
    await page.context().close();
  });

  it('have room on a phone for the steps of a task and for notifications', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor', {
      viewport: { width: 390, height: 844 },
    });
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const task = pages.find(({ name }) => name === 'task');
    await page.goto(`${portal.url}${task?.path}`);
    const step = page.getByTestId('step-label').getByText('Check everything');
    const name = await step.boundingBox();
    assert.ok(name && name.height < 30, 'a step has its name in one line');
    await takePicture(page, 'phone-task', 'light');

    await page.goto(`${portal.url}/notifications`);
    const notice = page.locator('tbody').getByRole('link').first();
    const title = await notice.boundingBox();
    const filter = await page
      .getByRole('button', { name: /Topic/ })
      .boundingBox();
    const marks = await notice
      .locator('xpath=ancestor::td/following-sibling::td')
      .boundingBox();
    assert.ok(title && filter && marks);
    assert.ok(filter.width > 120, 'a filter can be read');
    assert.ok(title.x + title.width <= marks.x, 'a title is read whole');
    assert.ok(marks.x + marks.width <= 390);
    await takePicture(page, 'phone-notifications', 'light');
    await page.context().close();
  });

  it('can be used by everybody before signing in', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        colorScheme,
        locale: 'en-GB',
      });
      const page = await context.newPage();
      await page.goto(portal.url);
      await page.getByRole('button', { name: /^Sign in/ }).waitFor();
      await takePicture(page, 'sign-in', colorScheme);
      assert.deepEqual(await faultsOf(page), []);
      await context.close();
    }
  });
});
