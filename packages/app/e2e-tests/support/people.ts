import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findBrowser, type UsedPortal } from '@slipway/test-servers';

/** Long work gets this long on a slow machine with two cores. */
export const PATIENCE_MS = 90_000;

/** A browser for one test file. */
export async function openBrowser(): Promise<Browser> {
  const found = await findBrowser();
  return chromium.launch({
    executablePath: found.executablePath,
    args: found.args,
    env: { ...process.env, ...found.env } as Record<string, string>,
  });
}

/** Fills in the identity provider's form, in whichever window it stands. */
export async function identify(
  window: Page,
  portal: UsedPortal,
  name: string,
): Promise<void> {
  await window.locator(`input[name="account"][value="${name}"]`).check();
  await window.getByLabel('Password').fill(portal.password);
  await window.getByRole('button', { name: 'Sign in' }).click();
}

/** A page in a session of its own in which `name` has pressed the button on the sign-in page and said who they are. */
export async function comeIn(
  browser: Browser,
  portal: UsedPortal,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // Not that of the machine's shell, which need not be a language of people.
    locale: 'en-GB',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(portal.url);
  const popup = page.waitForEvent('popup');
  await page
    .getByRole('button', { name: 'Sign in with your company account' })
    .click();
  await identify(await popup, portal, name);
  return page;
}
