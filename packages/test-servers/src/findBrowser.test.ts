import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { findBrowser } from './findBrowser.ts';

test('a browser that shows pages', async () => {
  const { executablePath, args, env, description } = await findBrowser();
  assert.match(description, /Chrom/);
  const browser = await chromium.launch({
    executablePath,
    args,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  const page = await browser.newPage();
  await page.setContent(
    '<h1>Hello</h1><script>document.title = [1, 2].map(x => x * 2).join()</script>',
  );
  assert.equal(await page.title(), '2,4');
  assert.equal(await page.getByRole('heading').textContent(), 'Hello');
  await browser.close();
});
