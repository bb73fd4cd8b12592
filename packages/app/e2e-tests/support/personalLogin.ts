import assert from 'node:assert/strict';
import pg from 'pg';
import type { Page } from 'playwright-core';

/** What somebody needs to connect to a database from outside. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** What the dialog shows under a label. */
export async function shown(page: Page, label: string): Promise<string> {
  const value = await page
    .getByRole('dialog')
    .locator('dt', { hasText: new RegExp(`^${label}$`) })
    .locator('xpath=following-sibling::dd[1]')
    .locator('code')
    .textContent();
  assert.ok(value, `the dialog shows no ${label}`);
  return value;
}

/** A personal login from the page of a database. */
export async function takeLogin(page: Page, kind: RegExp): Promise<Login> {
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
  await page.getByRole('button', { name: 'Get login' }).click();
  await page.getByText('Shown once').waitFor();
  const login = {
    host: await shown(page, 'Host'),
    port: Number(await shown(page, 'Port')),
    user: await shown(page, 'User'),
    password: await shown(page, 'Password'),
    database: await shown(page, 'Database'),
  };
  await page.getByRole('button', { name: 'I have copied it' }).click();
  return login;
}

/** What a statement answers over a session of its own. */
export async function query(login: Login, statement: string) {
  const client = new pg.Client({ ...login, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
