import { findBrowser } from '@slipway/test-servers';
import { chromium, type Browser } from 'playwright-core';

/** Opens a browser: an installed one, or the one that npm has brought. */
export async function openBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await findBrowser();
  return chromium.launch({
    executablePath,
    args,
    env: { ...process.env, ...env },
  });
}
