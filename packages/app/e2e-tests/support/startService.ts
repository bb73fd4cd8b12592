import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { UsedPortal } from '@slipway/test-servers';
import { identify, PATIENCE_MS } from './people.ts';

/**
 * Starts a service with a small database from the golden path, as somebody who is signed in as `sam.okafor`, and watches it
 * being made.
 *
 * @returns the task's id
 */
export async function startService(
  page: Page,
  portal: UsedPortal,
  name: string,
): Promise<string> {
  await sendForm(page, portal, name);
  await page
    .getByRole('link', { name: 'Open the service' })
    .or(page.getByRole('button', { name: 'Open the service' }))
    .first()
    .waitFor({ timeout: 4 * PATIENCE_MS });
  return taskOf(page);
}

/**
 * Starts a service whose name is taken, as `sam.okafor`, and waits until its task has failed.
 *
 * @returns the task's id
 */
export async function failService(
  page: Page,
  portal: UsedPortal,
  takenName: string,
): Promise<string> {
  await sendForm(page, portal, takenName);
  await page
    .getByRole('heading', { name: 'This task stopped before it was done' })
    .waitFor();
  return taskOf(page);
}

function taskOf(page: Page): string {
  const [, task] = /\/create\/tasks\/([0-9a-f-]+)/.exec(page.url()) ?? [];
  assert.ok(task, 'the address names the task');
  return task;
}

async function sendForm(
  page: Page,
  portal: UsedPortal,
  name: string,
): Promise<void> {
  await page.goto(`${portal.url}/create/templates/default/typescript-service`);
  await page.getByLabel('Name', { exact: false }).first().fill('Ferry');
  await page.getByLabel(/What it does/).fill('Books seats on ferries.');
  // The only group is chosen already.
  await page
    .getByLabel(/Owner/)
    .and(page.locator('[value="Orders"]'))
    .waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  // Said in one sentence above the fields and in one below, until there is another name.
  const problem = page.getByText(/contains "F"\. Use only the letters/);
  await problem.nth(1).waitFor();
  assert.equal(await page.getByText(/must match/).count(), 0);
  await page.getByLabel('Name', { exact: false }).first().fill(name);
  await problem.first().waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Next' }).click();

  await allowPublishing(page, portal);
  await page.getByRole('button', { name: /^Database/ }).click();
  await page.getByRole('option', { name: 'Small' }).click();
  await page
    .getByLabel(/^Repository/)
    .last()
    .fill(name);
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Review what will be made' }).click();
  for (const answer of ['Orders', `lighthouse/${name} on localhost`]) {
    await page.getByRole('cell', { name: answer }).waitFor();
  }
  await page.getByRole('button', { name: 'Create the service' }).click();
}

/** The git host asks once whether the portal may publish for this person. */
async function allowPublishing(page: Page, portal: UsedPortal): Promise<void> {
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Log in' }).click();
  const window = await popup;
  await Promise.race([
    window.waitForEvent('close'),
    window
      .locator('input[name="account"]')
      .first()
      .waitFor()
      .then(() => identify(window, portal, 'sam.okafor')),
  ]);
}
