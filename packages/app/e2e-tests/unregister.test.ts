import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { usePortal } from '@slipway/test-servers';
import { gitAddress } from './support/gitAddress.ts';
import { comeIn, openBrowser, PATIENCE_MS } from './support/people.ts';
import { startService } from './support/startService.ts';

const run = promisify(execFile);

describe('taking a service out of the catalog', () => {
  const name = `raft-${Date.now().toString(36)}`;
  let portal: Awaited<ReturnType<typeof usePortal>>;
  let browser: Browser;
  let owner: Page;
  let folder: string;
  before(async () => {
    portal = await usePortal();
    browser = await openBrowser();
    folder = await mkdtemp(join(tmpdir(), 'slipway-unregister-'));
    owner = await comeIn(browser, portal, 'sam.okafor');
    await owner.getByRole('heading', { name: /Sam/ }).waitFor();
    await startService(owner, portal, name);
  });
  after(async () => {
    await browser?.close();
    await portal?.release();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (page: Page, entity: string) =>
    page.goto(`${portal.url}/catalog/default/component/${entity}`);
  const menuItem = async (page: Page, entity: string) => {
    await open(page, entity);
    await page.getByRole('button', { name: 'more' }).click();
    return page.getByRole('menuitem', { name: /^Unregister entity/ });
  };
  /** Goes through the dialog; answers with the status of the removal. */
  const unregister = async (page: Page, entity: string) => {
    await (await menuItem(page, entity)).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('link', { name: entity }).first().waitFor();
    const answer = page.waitForResponse(
      response => response.request().method() === 'DELETE',
    );
    await dialog.getByRole('button', { name: 'Unregister Location' }).click();
    return (await answer).status();
  };

  it('is for its owners only, and says so to others', async () => {
    const page = await comeIn(browser, portal, 'ines.moreau');
    await page.getByRole('heading', { name: /Ines/ }).waitFor();
    const item = await menuItem(page, name);
    await item
      .and(page.locator('[aria-disabled="true"]'))
      .getByText('its owners only')
      .waitFor();
    await page.context().close();
  });

  it('says of what the configuration brings that it comes back', async () => {
    await (await menuItem(owner, 'checkout')).click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByText(/there is nothing to unregister/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('is done by its owner, in the dialog that lists what goes', async () => {
    assert.equal(await unregister(owner, name), 204);
    await owner.waitForURL(url => url.pathname === '/catalog');
    await open(owner, name);
    await owner
      .locator('#content')
      .getByText(/not found|could not be found|no entity/i)
      .first()
      .waitFor();
  });

  it('is refused while something of others would go with it, and says what', async () => {
    const shared = `${name}-shared`;
    await startService(owner, portal, shared);
    await run('git', [
      'clone',
      '--quiet',
      await gitAddress(owner, portal, shared),
      folder,
    ]);
    await appendFile(
      join(folder, 'catalog-info.yaml'),
      `
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${shared}-fees }
spec: { type: service, lifecycle: production, owner: team-payments }
`,
    );
    const git = (...args: string[]) =>
      run('git', [
        '-C',
        folder,
        '-c',
        'user.name=Sam Okafor',
        '-c',
        'user.email=sam.okafor@lighthouse.example',
        ...args,
      ]);
    await git('commit', '--quiet', '--all', '--message', 'Take fees');
    await git('push', '--quiet');
    await open(owner, shared);
    await owner.getByRole('button', { name: /refresh/i }).click();
    const fees = owner.getByRole('button', { name: 'more' });
    const deadline = Date.now() + PATIENCE_MS;
    do {
      assert.ok(Date.now() < deadline, 'the catalog takes in the new document');
      await open(owner, `${shared}-fees`);
    } while (!(await appears(fees)));

    assert.equal(await unregister(owner, shared), 403);
    await owner
      .locator('[data-status="danger"]')
      .getByText(
        `component:default/${shared}-fees came from the same location and belongs to group:default/team-payments.`,
      )
      .waitFor();
  });
});

function appears(locator: ReturnType<Page['getByRole']>): Promise<boolean> {
  return locator.waitFor({ timeout: 3_000 }).then(
    () => true,
    () => false,
  );
}
