import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { HttpClient } from '../support/HttpClient.ts';

const REDIRECT = 'http://localhost/callback';

/** Signs a program in for a person, as an MCP client does: the person says yes in the browser. Its token. */
export async function signInAgent(
  portalUrl: string,
  person: string,
): Promise<string> {
  const auth = `${portalUrl}/api/auth/v1`;
  const agent = new HttpClient();
  const browser = new HttpClient();
  browser.token = person;

  const client = await agent.post(`${auth}/register`, {
    client_name: 'A coding agent',
    redirect_uris: [REDIRECT],
  });
  assert.equal(client.status, 201, client.text);
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client.json().client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const start = await agent.get(`${auth}/authorize?${query}`);
  const session = /authorize\/([^/?]+)/.exec(
    start.headers.get('location') ?? '',
  )?.[1];
  assert.ok(session, start.text);
  const said = await browser.post(`${auth}/sessions/${session}/approve`);
  assert.equal(said.status, 200, said.text);
  const token = await agent.post(`${auth}/token`, {
    grant_type: 'authorization_code',
    code: new URL(said.json().redirectUrl).searchParams.get('code'),
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  });
  assert.equal(token.status, 200, token.text);
  return token.json().access_token;
}
