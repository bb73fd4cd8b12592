import type { Page } from 'playwright-core';
import type { UsedPortal } from '@slipway/test-servers';

/**
 * The address of a repository of the sample company, with a personal token of `sam.okafor`, who is signed in: repositories
 * are private.
 *
 * @param name - of the repository, and of the new token
 */
export async function gitAddress(
  page: Page,
  portal: UsedPortal,
  name: string,
): Promise<string> {
  await page.goto(`${portal.gitUrl}/user/settings/applications`);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create token' }).click();
  const token = await page.getByRole('status').locator('pre').textContent();
  const address = new URL(`${portal.gitUrl}/lighthouse/${name}.git`);
  address.username = 'sam.okafor';
  address.password = token ?? '';
  return address.href;
}
