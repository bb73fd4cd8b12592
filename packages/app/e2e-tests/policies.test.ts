import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { usePortal } from '@slipway/test-servers';
import type { Browser, Page } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser, PATIENCE_MS } from './support/people.ts';

/** So long the waiver of this test lasts: long enough to be granted and used, on a slow machine too. */
const WAIVER_MS = 90_000;

describe('a rule that a developer runs into', () => {
  const name = `ferries-${Date.now().toString(36)}`;
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let sam: Page;
  let nora: Page;
  let waiver = '';
  const faults: string[] = [];

  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    sam = await comeIn(browser, portal, 'sam.okafor');
    await sam.getByRole('heading', { name: /Sam/ }).waitFor();
    nora = await comeIn(browser, portal, 'nora.lind');
    await nora.getByRole('heading', { name: /Nora/ }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
  });

  const look = async (page: Page, picture: string) => {
    await page.waitForTimeout(500);
    await takePicture(page, picture, 'light');
    // What was said to screen readers of the page before is taken down after some seconds.
    await page
      .locator('[data-live-announcer] [role="img"]')
      .first()
      .waitFor({ state: 'detached' });
    faults.push(...(await faultsOf(page)).map(fault => `${picture}: ${fault}`));
  };
  /** A database that is too big for where it is ordered. */
  const fillIn = async () => {
    const order = new URLSearchParams({
      name,
      environment: 'development',
      size: 'large',
      owner: 'group:default/team-orders',
    });
    await sam.goto(`${portal.url}/databases/new?${order}`);
  };
  const refusal = () =>
    sam.getByText(/a database may be small or medium, not large/).first();

  it('warns while one types, and offers what complies', async () => {
    await fillIn();
    await refusal().waitFor();
    // Its size, and what it would cost.
    await sam.getByText('2 rules do not allow this').waitFor();
    await sam
      .getByRole('button', { name: 'Set size to medium' })
      .first()
      .waitFor();
    await look(sam, 'order-refused');
    assert.deepEqual(faults, []);
  });

  it('refuses the order, whatever the form said', async () => {
    await sam.getByRole('button', { name: 'Order database' }).click();
    const alert = sam
      .getByRole('alert')
      .filter({ hasText: 'The order was not taken' });
    await alert.getByText(/Policies do not allow it/).waitFor();
    assert.match(sam.url(), /\/databases\/new/);
  });

  it('can be waived for a time: one asks', async () => {
    // The form offers days; a test cannot wait that long.
    await sam.route('**/api/policies/waivers', async route => {
      const waiverRequest = route.request().postDataJSON();
      waiverRequest.expiresAt = new Date(Date.now() + WAIVER_MS).toISOString();
      await route.continue({ postData: JSON.stringify(waiverRequest) });
    });
    await sam
      .getByRole('button', { name: /^Ask for a waiver from Cost/ })
      .first()
      .click();
    const dialog = sam.getByRole('dialog');
    await dialog
      .getByLabel(/Why the rule cannot be kept/)
      .fill('A load test until tomorrow; it is deleted after that.');
    await look(sam, 'waiver-form');
    await dialog.getByRole('button', { name: 'Ask for the waiver' }).click();
    await dialog.getByText('The waiver is asked for').waitFor();
    await dialog.getByRole('link', { name: 'Open the waiver' }).click();
    await sam.waitForURL('**/compliance/waivers/*');
    waiver = sam.url();
    await sam.getByText('It covers nothing before it is granted.').waitFor();
    await look(sam, 'waiver-requested');
    assert.deepEqual(faults, []);
  });

  it('… and others grant it', async () => {
    await nora.goto(waiver);
    const decision = nora.getByRole('link', { name: 'Open the decision' });
    await decision.waitFor({ timeout: PATIENCE_MS });
    await decision.click();
    const approve = nora.getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    await look(nora, 'approval');
    await approve.click();
    await nora
      .getByRole('dialog')
      .getByRole('button', { name: 'Approve' })
      .click();
    // The page of who asked follows by itself.
    await sam.getByRole('button', { name: 'End now' }).waitFor();
    await look(sam, 'waiver-granted');
    assert.deepEqual(faults, []);
  });

  it('lets the order pass while it is waived', async () => {
    await fillIn();
    await sam.getByText('Allowed by a waiver').waitFor();
    await sam.getByRole('button', { name: 'Order database' }).click();
    await sam.waitForURL(`**/databases/development/${name}`);
  });

  it('counts again when the waiver is over, and the sweep reports it', async () => {
    await sam.goto(waiver);
    await sam
      .getByText('Expired')
      .first()
      .waitFor({ timeout: WAIVER_MS + PATIENCE_MS });
    await nora.goto(`${portal.url}/compliance?search=${name}`);
    const row = nora.getByRole('row').filter({ hasText: name });
    for (let attempt = 0; (await row.count()) === 0; attempt += 1) {
      assert.ok(attempt < 10, 'no sweep reported it');
      const start = nora.getByRole('button', { name: 'Check everything now' });
      await start.click({ timeout: PATIENCE_MS });
      await sleep(5_000);
      await nora.reload();
      await nora.getByRole('heading', { name: 'Violations' }).waitFor();
      await nora.waitForTimeout(1_000);
    }
    await row.first().getByRole('link', { name }).click();
    await nora.getByRole('heading', { name: 'How to comply' }).waitFor();
    await look(nora, 'violation');
    assert.deepEqual(faults, []);
  });
});
