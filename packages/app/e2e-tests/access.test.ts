import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usePortal } from '@slipway/test-servers';
import type { Browser } from 'playwright-core';
import { faultsOf, takePicture } from './support/look.ts';
import { comeIn, openBrowser } from './support/people.ts';

describe('access', () => {
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

  it('tells a developer what they may do, and nothing of others', async () => {
    const page = await comeIn(browser, portal, 'sam.okafor');
    await page.getByRole('heading', { name: /Sam/ }).waitFor();
    await page.goto(`${portal.url}/settings/access?view=roles`);
    const search = page.getByLabel('Search permissions');
    await search.fill('Delete a database');
    const row = page.getByRole('row').filter({ hasText: 'Delete a database' });
    await row.getByText('On some').waitFor();
    assert.equal(await page.getByRole('group', { name: 'View' }).count(), 0);
    // All plugins have told which permissions they have.
    assert.equal(await page.getByText('Not all plugins answered').count(), 0);
    await page.context().close();
  });

  const look = async (colorScheme: 'light' | 'dark') => {
    const page = await comeIn(browser, portal, 'nora.lind', { colorScheme });
    await page.getByRole('heading', { name: /Nora/ }).waitFor();
    await page.goto(`${portal.url}/settings`);
    await page.getByRole('tab', { name: 'Access' }).click();
    const faults: string[] = [];
    const picture = async (name: string) => {
      await page.waitForTimeout(500);
      await takePicture(page, `access-${name}`, colorScheme);
      faults.push(...(await faultsOf(page)).map(f => `${name}: ${f}`));
    };
    await page.getByText('See what others may do').waitFor();
    await picture('mine');

    await page.getByRole('button', { name: 'What somebody may do' }).click();
    await page.getByLabel('Person or group').fill('okafor');
    await page
      .getByRole('group', { name: 'Found' })
      .getByRole('button', { name: 'Sam Okafor' })
      .click();
    await page.getByText('See what others may do').waitFor();
    await picture('person');

    await page.getByRole('button', { name: 'Who may do what' }).click();
    await page.getByRole('link', { name: 'See what others may do' }).click();
    await page.getByRole('dialog').getByText('Nora Lind').first().waitFor();
    await picture('holders');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Roles' }).click();
    await page.getByRole('heading', { name: 'Administrators' }).waitFor();
    await picture('roles');

    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.getByLabel('Person or group').fill('group:default/team-orders');
    await page.getByLabel('Person or group').press('Enter');
    await page.getByRole('link', { name: 'Checkout' }).waitFor();
    await picture('handover');

    // Who grants waivers and decides about orders is in the configuration, where nothing here changes it.
    await page
      .getByLabel('Person or group')
      .fill('group:default/platform-team');
    await page.getByLabel('Person or group').press('Enter');
    const named = page.getByRole('region', {
      name: 'Is named in the configuration',
    });
    await named.getByText('policies.waivers.approvers').waitFor();
    await named.scrollIntoViewIfNeeded();
    await picture('handover-configured');
    assert.deepEqual(faults, []);

    // That somebody was looked at is on record.
    await page.goto(`${portal.url}/settings/audit?event=access-look-up`);
    await page
      .getByRole('row')
      .filter({ hasText: 'access.access-look-up' })
      .first()
      .waitFor();
    await page.context().close();
  };
  it('tells administrators who may do what, in light', () => look('light'));
  it('tells administrators who may do what, in dark', () => look('dark'));
});
