import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Provider } from 'oidc-provider';
import {
  findFreePort,
  git,
  PORTAL,
  TestHost,
} from '../testing/startTestHost.ts';
import { CALLBACK_PATH } from './SignIn.ts';

let host: TestHost;
let provider: Server;
/** Whom the identity provider takes the browser for. */
let signedInAs = 'sam.okafor';

before(async () => {
  const issuer = `http://localhost:${await findFreePort()}`;
  const baseUrl = `http://localhost:${await findFreePort()}`;
  provider = await startProvider(issuer, `${baseUrl}${CALLBACK_PATH}`);
  host = await TestHost.start({
    baseUrl,
    identityProvider: {
      issuer,
      clientId: 'git-host',
      clientSecret: 'rp-secret',
    },
  });
});
after(async () => {
  await host.stop();
  provider.close();
  provider.closeAllConnections();
});

/** A browser: keeps cookies by host, follows redirects until `stop`. */
class Browser {
  readonly cookies = new Map<string, string>();

  async open(
    url: string,
    options: { stop?: (url: string) => boolean; init?: RequestInit } = {},
  ): Promise<{ url: string; response: Response }> {
    let next = url;
    let init = options.init;
    for (let i = 0; i < 15; i += 1) {
      const { host: name } = new URL(next);
      const response = await fetch(next, {
        ...init,
        redirect: 'manual',
        headers: { ...init?.headers, cookie: this.cookies.get(name) ?? '' },
      });
      this.#keep(name, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (!location) return { url: next, response };
      await response.arrayBuffer();
      next = new URL(location, next).toString();
      init = undefined;
      if (options.stop?.(next)) return { url: next, response };
    }
    throw new Error(`Too many redirects, at last to ${next}`);
  }

  #keep(name: string, cookies: string[]) {
    const jar = new Map(
      (this.cookies.get(name) ?? '')
        .split('; ')
        .filter(Boolean)
        .map(pair => [pair.slice(0, pair.indexOf('=')), pair]),
    );
    for (const cookie of cookies) {
      const pair = cookie.split(';')[0];
      jar.set(pair.slice(0, pair.indexOf('=')), pair);
    }
    this.cookies.set(name, [...jar.values()].join('; '));
  }
}

const redirectUri = PORTAL.redirectUris[0];
const authorizeUrl = (query: Record<string, string> = {}) =>
  `${host.baseUrl}/login/oauth/authorize?${new URLSearchParams({
    client_id: 'portal',
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'the-state',
    scope: 'openid write:repository',
    ...query,
  })}`;

async function authorize(
  query: Record<string, string> = {},
  browser = new Browser(),
) {
  const { url, response } = await browser.open(authorizeUrl(query), {
    stop: to => to.startsWith(redirectUri),
  });
  return { params: new URL(url).searchParams, response };
}

const exchange = (body: Record<string, string>, secret = PORTAL.secret) =>
  fetch(`${host.baseUrl}/login/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'portal',
      client_secret: secret,
      ...body,
    }),
  });
const exchangeCode = (code: string, more = {}) =>
  exchange({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    ...more,
  });

test('a person lets the portal act for them: code, tokens, repository, push', async () => {
  const verifier = randomBytes(32).toString('base64url');
  const { params } = await authorize({
    nonce: 'n1',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  assert.equal(params.get('state'), 'the-state');
  const response = await exchangeCode(params.get('code') ?? '', {
    code_verifier: verifier,
  });
  assert.equal(response.status, 200, await response.clone().text());
  const tokens = await response.json();
  assert.equal(tokens.expires_in, 3600);

  const discovery = await (
    await fetch(`${host.baseUrl}/.well-known/openid-configuration`)
  ).json();
  const { payload } = await jwtVerify(
    tokens.id_token,
    createRemoteJWKSet(new URL(discovery.jwks_uri)),
    {
      issuer: host.baseUrl,
      audience: 'portal',
    },
  );
  assert.equal(payload.sub, 'sam.okafor');
  assert.equal(payload.nonce, 'n1');

  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const info = await (
    await fetch(discovery.userinfo_endpoint, { headers })
  ).json();
  assert.equal(info.email, 'sam.okafor@lighthouse.example');
  const created = await host.api('POST', '/orgs/lighthouse/repos', {
    headers,
    body: { name: 'by-portal' },
  });
  assert.equal(created.status, 201);

  const work = await host.workFolder();
  await git(work, 'init', '--quiet', '--initial-branch=main');
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', 'First');
  const url = new URL(`${host.baseUrl}/lighthouse/by-portal.git`);
  url.username = 'oauth2';
  url.password = tokens.access_token;
  await git(work, 'push', '--quiet', url.toString(), 'main');
  assert.equal(host.pushes.at(-1)?.pusher, 'sam.okafor');

  // It never manages the person's tokens, nor what the person may not.
  const token = await host.api('POST', '/users/sam.okafor/tokens', {
    headers,
    body: { name: 'x', scopes: ['all'] },
  });
  assert.equal(token.status, 403);
  const stored = await readFile(
    join(host.folder, 'git', '.state', 'grants.json'),
    'utf8',
  );
  assert.ok(
    !stored.includes(tokens.access_token) &&
      !stored.includes(tokens.refresh_token),
  );
});

test('a code works once; when it comes again what it gave ends', async () => {
  const { params } = await authorize();
  const code = params.get('code') ?? '';
  const { access_token: token } = await (await exchangeCode(code)).json();
  const user = () =>
    host.api('GET', '/user', { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await user()).status, 200);
  const again = await exchangeCode(code);
  assert.equal(again.status, 400);
  assert.equal((await again.json()).error, 'invalid_grant');
  assert.equal((await user()).status, 401);
});

test('a code is bound to the client, its address and its proof', async () => {
  const fresh = async (query = {}) =>
    (await authorize(query)).params.get('code') ?? '';
  const code = await fresh();
  assert.equal(
    (
      await exchange(
        { grant_type: 'authorization_code', code, redirect_uri: redirectUri },
        'wrong',
      )
    ).status,
    401,
  );
  assert.equal(
    (await exchangeCode(await fresh(), { redirect_uri: `${redirectUri}/x` }))
      .status,
    400,
  );
  const proof = {
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  };
  assert.equal(
    (await exchangeCode(await fresh(proof), { code_verifier: 'y'.repeat(43) }))
      .status,
    400,
  );
  assert.equal((await exchangeCode(await fresh(proof))).status, 400);
  assert.equal((await exchangeCode('made-up')).status, 400);
  assert.equal((await exchange({ grant_type: 'password' })).status, 400);
});

test('nobody is sent to an address that is not registered', async () => {
  const wrong: Record<string, string>[] = [
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: `${redirectUri}?x=1` },
    { redirect_uri: `${redirectUri}/` },
    { client_id: 'stranger' },
  ];
  for (const query of wrong) {
    const response = await fetch(authorizeUrl(query), { redirect: 'manual' });
    assert.equal(response.status, 422);
    assert.equal(response.headers.get('location'), null);
  }
  const wrongType = await fetch(authorizeUrl({ response_type: 'token' }), {
    redirect: 'manual',
  });
  assert.match(
    wrongType.headers.get('location') ?? '',
    /error=unsupported_response_type/,
  );
});

test('refreshes, also twice at once', async () => {
  const { params } = await authorize();
  const first = await (await exchangeCode(params.get('code') ?? '')).json();
  const refresh = (token: string) =>
    exchange({ grant_type: 'refresh_token', refresh_token: token });
  const [a, b] = await Promise.all([
    refresh(first.refresh_token),
    refresh(first.refresh_token),
  ]);
  assert.deepEqual([a.status, b.status], [200, 200]);
  const second = await a.json();
  assert.notEqual(second.access_token, first.access_token);
  const headers = { authorization: `Bearer ${second.access_token}` };
  assert.equal((await host.api('GET', '/user', { headers })).status, 200);
  assert.equal((await refresh('made-up')).status, 400);
});

test('who is unknown to the company is refused with an explanation', async () => {
  signedInAs = 'vera.visitor';
  const { response } = await authorize();
  signedInAs = 'sam.okafor';
  assert.equal(response.status, 403);
  assert.match(
    await response.text(),
    /vera.visitor@lighthouse.example signed in, but is not known/,
  );
});

test('a sign-in cannot be finished in another browser', async () => {
  const { url } = await new Browser().open(authorizeUrl(), {
    stop: to => to.includes(CALLBACK_PATH),
  });
  const { response } = await new Browser().open(url);
  assert.equal(response.status, 401);
});

test('a signed-in person makes a token on a page, which shows it once', async () => {
  const browser = new Browser();
  const page = `${host.baseUrl}/user/settings/applications`;
  const { response } = await browser.open(page);
  const text = await response.text();
  assert.match(text, /Signed in as sam.okafor/);
  const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(text)?.[1] ?? '';
  const post = (fields: Record<string, string>, path = '') =>
    browser.open(page + path, {
      init: { method: 'POST', body: new URLSearchParams(fields) },
    });

  const forged = await post({
    name: 'laptop',
    scope: 'write:repository',
    csrf: 'f'.repeat(40),
  });
  assert.equal(forged.response.status, 403);
  const made = await (
    await post({ name: 'laptop', scope: 'write:repository', csrf })
  ).response.text();
  const secret =
    /<pre tabindex="0">([0-9a-f]{40})<\/pre>/.exec(made)?.[1] ?? '';
  assert.equal(
    (
      await host.api('GET', '/user/repos', {
        headers: { authorization: `token ${secret}` },
      })
    ).status,
    200,
  );
  const later = await (await browser.open(page)).response.text();
  assert.ok(later.includes('laptop') && !later.includes(secret));
  const id = /name="id"\s+value="(\d+)"/.exec(later)?.[1] ?? '';
  await post({ id, csrf }, '/delete');
  assert.equal(
    (
      await host.api('GET', '/user/repos', {
        headers: { authorization: `token ${secret}` },
      })
    ).status,
    401,
  );

  // The session's cookie opens pages, never the API.
  const cookie = browser.cookies.get(new URL(host.baseUrl).host) ?? '';
  assert.equal(
    (await host.api('GET', '/user', { headers: { cookie } })).status,
    401,
  );
  await browser.open(`${host.baseUrl}/user/logout`, {
    init: { method: 'POST', body: new URLSearchParams({ csrf }) },
  });
  const signedOut = await (await browser.open(host.baseUrl)).response.text();
  assert.match(signedOut, />Sign in</);
});

test('after signing in one goes to a page of this host only', async () => {
  for (const target of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
  ]) {
    const { url } = await new Browser().open(
      `${host.baseUrl}/user/login?redirect_to=${encodeURIComponent(target)}`,
    );
    assert.equal(url, `${host.baseUrl}/`);
  }
});

/** A real identity provider whose people are signed in without asking. */
async function startProvider(
  issuer: string,
  callback: string,
): Promise<Server> {
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: 'git-host',
        client_secret: 'rp-secret',
        redirect_uris: [callback],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: `${sub}@lighthouse.example`, name: sub }),
    }),
  });
  const listener = oidc.callback();
  const server = createServer(async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      listener(request, response);
      return;
    }
    const { params } = await oidc.interactionDetails(request, response);
    const grant = new oidc.Grant({
      accountId: signedInAs,
      clientId: String(params.client_id),
    });
    grant.addOIDCScope('openid email profile');
    await oidc.interactionFinished(request, response, {
      login: { accountId: signedInAs },
      consent: { grantId: await grant.save() },
    });
  });
  await new Promise<void>(resolve => {
    server.listen(Number(new URL(issuer).port), '127.0.0.1', resolve);
  });
  return server;
}
