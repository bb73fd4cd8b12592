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
