import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { usePortal } from '@slipway/test-servers';
import type { Browser } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

const AUDIT = resolve(import.meta.dirname, '../../../scripts/audit.mjs');

describe('the audit trail', () => {
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  const database = `audited-${Date.now().toString(36)}`;
  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
  });

  it('is not there for a developer, whose order it records', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    const search = new URLSearchParams({
      name: database,
      environment: 'development',
      size: 'small',
      owner: 'group:default/team-orders',
    });
    await page.goto(`${portal.url}/databases/new?${search}`);
    await page.getByRole('button', { name: /^Order / }).click();
    await page.waitForURL(`**/databases/development/${database}`);

    await page.goto(`${portal.url}/settings`);
    await page.getByRole('tab', { name: 'General' }).waitFor();
    assert.equal(
      await page.getByRole('tab', { name: 'Audit trail' }).count(),
      0,
    );
    const answer = await page.evaluate(async () => {
      const { status } = await fetch('/api/audit/events');
      return status;
    });
    assert.equal(answer, 401);
    await page.context().close();
  });

  const look = async (colorScheme: 'light' | 'dark') => {
    const page = await comeIn(browser, portal, 'nora.lind', { colorScheme });
    await page.getByRole('heading', { name: /Nora/ }).waitFor();
    await page.goto(`${portal.url}/settings`);
    await page.getByRole('tab', { name: 'Audit trail' }).click();
    await page.getByText('A role of its own').waitFor();
    await page.waitForTimeout(500);
    await takePicture(page, 'audit', colorScheme);
    const faults = await faultsOf(page);

    await page.getByLabel('On what').fill(`${database}.development`);
    await page.getByLabel('On what').press('Enter');
    const row = page
      .getByRole('row')
      .filter({ hasText: 'database-create' })
      .first();
    await row.getByText('Sam Okafor').waitFor();
    await row.getByRole('link').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('POST /api/databases/databases').waitFor();
    await page.waitForTimeout(500);
    await takePicture(page, 'audit-entry', colorScheme);
    faults.push(...(await faultsOf(page)));
    assert.deepEqual(faults, []);

    // What is in the address shows the same to somebody else.
    await page.reload();
    await dialog.getByText('POST /api/databases/databases').waitFor();
    await dialog
      .getByRole('button', { name: 'Show this piece of work' })
      .click();
    await page.getByRole('button', { name: 'One piece of work' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Initiated' }).waitFor();
    assert.equal(await page.getByRole('row').count(), 3);
    await page.context().close();
  };

  it('shows administrators who did what, in light', () => look('light'));
  it('shows administrators who did what, in dark', () => look('dark'));

  it('exports what verifies by the heads that are kept outside the database', async () => {
    const page = await comeIn(browser, portal, 'nora.lind');
    await page.getByRole('heading', { name: /Nora/ }).waitFor();
    await page.goto(`${portal.url}/settings/audit`);
    const folder = join(portal.dataDir, 'audit-heads');
    const [heads] = await until(() => readdir(folder).catch(() => []));
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export all entries' }).click();
    const file = await (await download).path();
    const key = join(portal.dataDir, 'audit-public-key.pem');
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy public key' }).click();
    await writeFile(
      key,
      await page.evaluate(() => navigator.clipboard.readText()),
    );
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        AUDIT,
        'verify',
        file,
        '--heads',
        join(folder, heads),
        '--public-key',
        key,
      ],
      { encoding: 'utf8' },
    );
    assert.match(stdout, /Good: up to entry \d+/);
    assert.equal(status, 0);
    await page.context().close();
  });
});

/** Heads are published each minute. */
async function until(read: () => Promise<string[]>): Promise<string[]> {
  for (let second = 0; second < 90; second += 1) {
    const found = await read();
    if (found.length) {
      return found;
    }
    await sleep(1000);
  }
  throw new Error('No head was published');
}
