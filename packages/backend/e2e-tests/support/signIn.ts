import assert from 'node:assert/strict';
import { HttpClient } from './HttpClient.ts';

/**
 * Signs somebody in through the identity provider's own pages, over the portal's front door, and returns a client with
 * their session and token.
 *
 * @throws when any step of the way answers otherwise than a browser would need it.
 */
export async function signIn(
  portal: string,
  person: string,
  password: string,
): Promise<HttpClient> {
  const client = new HttpClient();
  const start = `${portal}/api/auth/oidc/start?env=production`;
  const form = await client.follow(await client.get(start), start);
  assert.equal(form.answer.status, 200, form.answer.text);
  const csrf = /name="csrf" value="([^"]+)"/.exec(form.answer.text)?.[1];
  assert.ok(csrf, 'The sign-in page has a form');

  const sent = await client.send('POST', form.url, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(form.url).origin,
    },
    body: new URLSearchParams({ csrf, account: person, password }).toString(),
  });
  const handler = await client.follow(sent, form.url);
  assert.equal(handler.answer.status, 200, handler.answer.text);
  assert.match(handler.url, /\/api\/auth\/oidc\/handler\/frame\?/);
  readFrame(handler.answer.text);

  client.token = (await refresh(client, portal)).backstageIdentity.token;
  return client;
}

/** Asks a portal for a new token, with the session alone. */
export async function refresh(client: HttpClient, portal: string) {
  const answer = await client
    .withoutToken()
    .get(`${portal}/api/auth/oidc/refresh?env=production&optional=`, {
      'x-requested-with': 'XMLHttpRequest',
    });
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}

/**
 * Lets the portal publish for somebody who is signed in, as the pop-up of a form does, and returns their token for the
 * git host.
 */
export async function connectGitHost(
  client: HttpClient,
  portal: string,
): Promise<string> {
  const start = `${portal}/api/auth/gitea/start?env=production`;
  const browser = client.withoutToken();
  const { answer, url } = await browser.follow(await browser.get(start), start);
  assert.equal(answer.status, 200, answer.text);
  assert.match(url, /\/api\/auth\/gitea\/handler\/frame\?/);
  return readFrame(answer.text).response.providerInfo.accessToken;
}

/**
 * What the pop-up hands to the page that has opened it.
 *
 * @throws the error that it hands over instead
 */
function readFrame(html: string) {
  const message = /decodeURIComponent\('([^']+)'\)/.exec(html)?.[1];
  assert.ok(message, 'The frame hands something to the page');
  const { response, error } = JSON.parse(decodeURIComponent(message));
  if (error) {
    throw new Error(`${error.name}: ${error.message}`);
  }
  return { response };
}
