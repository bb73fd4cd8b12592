import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

const PHONE = { width: 390, height: 844 };
const PAGES = [
  '/',
  '/catalog',
  '/catalog/default/component/checkout',
  '/databases',
  '/databases/cost',
  '/databases/new',
  '/create',
  '/create/templates/default/typescript-service',
  '/compliance',
  '/compliance/waivers',
  '/approvals',
  '/notifications',
  '/settings/access',
  '/search?query=checkout',
];

describe('the room that there is', () => {
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
  const open = async (
    viewport?: { width: number; height: number },
    colorScheme?: 'light' | 'dark',
  ) => {
    const page = await comeIn(browser, portal, 'sam.okafor', {
      viewport,
      colorScheme,
    });
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    return page;
  };

  it('is enough for 11 things of the catalog at once', async () => {
    const page = await open({ width: 1280, height: 800 });
    await page.goto(
      `${portal.url}/catalog?filters[user]=all&filters[kind]=component`,
    );
    await page.getByRole('heading', { name: 'Lighthouse catalog' }).waitFor();
    const rows = page.locator('tbody tr');
    await rows.nth(11).waitFor();
    const seen = await rows.evaluateAll(
      all =>
        all.filter(row => row.getBoundingClientRect().bottom <= innerHeight)
          .length,
    );
    assert.ok(seen >= 11, `${seen} rows are seen`);
    // What each is for can be told from its row, and nothing is behind the edge.
    const description = await rows.first().locator('td').nth(1).boundingBox();
    assert.ok(description && description.width >= 160);
    await inSight(page, rows.first().getByText('database', { exact: true }));
    await page.context().close();
  });

  it('shows what violates policies without scrolling', async () => {
    const page = await open({ width: 1280, height: 800 });
    await page.goto(`${portal.url}/compliance`);
    const violations = page
      .getByRole('region', { name: 'Violations' })
      .locator('tbody tr');
    await page.getByRole('heading', { name: 'By policy' }).waitFor();
    await violations.nth(2).waitFor();
    assert.ok((await bottomOf(violations.nth(2))) <= 800);
    await page.context().close();
  });

  it('shows the shape of what comes while it loads', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ width: 1280, height: 800 }, colorScheme);
      await page.route('**/api/databases/databases?*', () => {});
      await page.goto(`${portal.url}/databases`);
      const shape = page.locator('.bui-Skeleton').first();
      await shape.waitFor();
      const [own, ground] = await shape.evaluate(element =>
        [element, document.body].map(
          each => getComputedStyle(each).backgroundColor,
        ),
      );
      assert.ok(contrast(own, ground) > 1.12, `${own} on ${ground}`);
      await takePicture(page, 'loading', colorScheme);
      await page.context().close();
    }
  });

  it('holds every page on a phone', async () => {
    const page = await open(PHONE);
    const faults: string[] = [];
    for (const path of PAGES) {
      await page.goto(portal.url + path);
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      await page.waitForLoadState('networkidle');
      await takePicture(page, `phone${path.replaceAll(/\W/g, '-')}`, 'light');
      const [whole, shown] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        innerWidth,
      ]);
      if (whole > shown) {
        faults.push(`${path} is ${whole} wide`);
      }
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  it('has a menu of all pages on a phone', async () => {
    const page = await open(PHONE);
    await page.goto(`${portal.url}/approvals`);
    await page.getByText(/Nothing waits for your decision/).waitFor();
    const menu = page.getByRole('button', { name: 'Menu' });
    const databases = page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Databases' });
    assert.equal(await databases.isVisible(), false);
    await menu.click();
    assert.ok((await bottomOf(databases)) < PHONE.height);
    assert.deepEqual(await faultsOf(page), []);
    await takePicture(page, 'phone-menu', 'light');
    await page.keyboard.press('Escape');
    await databases.waitFor({ state: 'hidden' });
    assert.equal(await menu.evaluate(hasFocus), true);

    await page.keyboard.press('Enter');
    await databases.click();
    await page.waitForURL('**/databases');
    await databases.waitFor({ state: 'hidden' });
    for (const name of ['Search', 'Notifications', 'Settings']) {
      await inSight(page, page.getByRole('link', { name }));
    }
    await page.context().close();
  });

  it('shows who holds a login, and the button that ends it, on a phone', async () => {
    const page = await open(PHONE);
    const name = `phone-${Date.now().toString(36)}`;
    const order = new URLSearchParams({
      name,
      environment: 'development',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${order}`);
    await page.getByRole('button', { name: 'Order database' }).click();
    await page.getByRole('button', { name: 'Connect' }).click();
    await page
      .getByRole('menuitem', { name: /^Personal login to/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Get login' }).click();
    await page.getByText('Shown once').waitFor();
    // What fades in has faded in; what was said of the busy button has not been forgotten by itself.
    await page.waitForTimeout(500);
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    // What it may do is called the same wherever it is named.
    await page
      .getByText(/^A login to look until/)
      .first()
      .waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Sam Okafor' });
    await row.getByText(/^Look, in/).waitFor();
    await inSight(page, row.getByRole('button', { name: /^Revoke/ }));
    await takePicture(page, 'phone-logins', 'light');
    await page.context().close();
  });

  it('shows the title of a column of numbers above them', async () => {
    const page = await open({ width: 1280, height: 800 });
    const right = async (element: Locator) =>
      element.evaluate(({ firstChild, lastChild }) => {
        const text = document.createRange();
        text.setStartBefore(firstChild!);
        text.setEndAfter(lastChild!);
        return text.getBoundingClientRect().right;
      });
    await page.goto(`${portal.url}/databases`);
    const title = page.getByRole('columnheader', { name: 'Price' });
    const number = page.getByRole('gridcell', { name: /a month/ }).first();
    await number.waitFor();
    const apart =
      (await right(title.getByText('Price'))) - (await right(number));
    assert.ok(Math.abs(apart) < 2, `they are ${apart} apart`);
    await page.context().close();
  });

  it('is enough on a phone to read filters, explanations and what went wrong', async () => {
    const page = await open(PHONE);
    await page.goto(`${portal.url}/search?query=checkout`);
    const lifecycle = page.getByText('experimental', { exact: true });
    await lifecycle.waitFor();
    await inSight(page, lifecycle);
    assert.ok((await widthOf(lifecycle)) > 60, 'a filter can be read');

    await page.goto(`${portal.url}/settings/auth-providers`);
    const words = page.getByText(/^Lets golden paths create/);
    await words.waitFor();
    assert.ok(await words.evaluate(isWhole), 'an explanation is whole');

    await page.route('**/api/databases/databases?*', route => route.abort());
    await page.goto(`${portal.url}/databases`);
    const alert = page
      .getByRole('alert')
      .getByText(/could not/)
      .first();
    await alert.waitFor();
    assert.ok((await widthOf(alert)) > 200, 'an error has the line');
    await takePicture(page, 'phone-error', 'light');
    await page.context().close();
  });

  it('shows all steps of a golden path on a phone', async () => {
    const page = await open(PHONE);
    await page.goto(
      `${portal.url}/create/templates/default/typescript-service`,
    );
    await page.getByLabel(/What it does/).waitFor();
    const steps = page.locator('.MuiStepLabel-label');
    assert.equal(await steps.count(), 3);
    for (const step of await steps.all()) {
      await inSight(page, step);
    }
    await page.context().close();
  });
});

function hasFocus(element: Element): boolean {
  return element === document.activeElement;
}

/** Of two colours as browsers say them, as WCAG counts it. */
function contrast(...colors: [string, string]): number {
  const [a, b] = colors.map(color => {
    const [red, green, blue] = (color.match(/\d+/g) ?? []).map(part => {
      const share = Number(part) / 255;
      return share <= 0.04045
        ? share / 12.92
        : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  });
  return Math.max(a, b) / Math.min(a, b);
}

/** Nothing of it is behind an edge of what holds it. */
function isWhole(element: Element): boolean {
  const { right } = element.getBoundingClientRect();
  for (let each = element.parentElement; each; each = each.parentElement) {
    const { overflowX } = getComputedStyle(each);
    if (
      overflowX !== 'visible' &&
      right > each.getBoundingClientRect().right + 1
    ) {
      return false;
    }
  }
  return element.scrollWidth <= element.clientWidth + 1;
}

async function widthOf(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  assert.ok(box, 'it is seen');
  return box.width;
}

async function bottomOf(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  assert.ok(box, 'it is seen');
  return box.y + box.height;
}

/** Whether all of it is between the edges of the page. */
async function inSight(page: Page, element: Locator): Promise<void> {
  const box = await element.boundingBox();
  const { width } = page.viewportSize() ?? PHONE;
  assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${element}`);
}
