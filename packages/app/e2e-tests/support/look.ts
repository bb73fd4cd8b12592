import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Where pictures of all pages go, for people to look at. */
const pictures = process.env.SLIPWAY_PICTURES;

/** What keeps people from using a page, as axe's rules have it: everything serious. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id} at ${nodes
          .slice(0, 3)
          .map(
            ({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`,
          )
          .join(' | ')}`,
    );
}

/** Takes a picture where somebody wants pictures. */
export async function takePicture(
  page: Page,
  name: string,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  if (pictures) {
    await mkdir(pictures, { recursive: true });
    await page.screenshot({
      path: join(pictures, `${name}-${colorScheme}.png`),
    });
  }
}
