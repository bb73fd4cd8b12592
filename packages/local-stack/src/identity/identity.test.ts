import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { test, type TestContext } from 'node:test';
import { Pool } from 'pg';
import type { Account } from '../people.ts';
import { generateSecrets, type Secrets } from '../secrets.ts';
import { Browser } from '../testing/Browser.ts';
import { onEnd } from '../testing/onEnd.ts';
import {
  freePort,
  serverOptions,
  startServer,
  temporaryFolder,
} from '../testing/startServer.ts';
import { createIdentityProvider } from './createIdentityProvider.ts';
import { migrateRecords } from './PostgresAdapter.ts';

const redirectUri = 'http://localhost:1/api/auth/oidc/handler/frame';
const person: Account = {
  name: 'nora.lind',
  displayName: 'Nora <Lind>',
  email: 'nora.lind@lighthouse.example',
  groups: ['platform-team'],
  description: 'Leads the platform team',
};

let pool: Pool;
let secrets: Secrets;
let issuer: string;
let people: Account[];
let restart: () => Promise<void>;

test('identity provider', async suite => {
  await setUp(suite);

  await suite.test('signs a person in by the code flow with PKCE', async () => {
    people = [person];
    const browser = new Browser(issuer);
    const { tokens } = await signIn(browser);
    assert.ok(tokens.id_token && tokens.refresh_token);
    const answer = await fetch(`${issuer}/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.deepEqual(await answer.json(), {
      sub: 'nora.lind',
      name: 'Nora <Lind>',
      preferred_username: 'nora.lind',
      email: 'nora.lind@lighthouse.example',
      email_verified: true,
    });
  });

  await suite.test('a restart signs nobody out', async () => {
    const browser = new Browser(issuer);
    const { tokens } = await signIn(browser);
    await restart();
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    // The browser's session as well: no form is shown.
    const pkce = makePkce();
    const answer = await browser.follow(authorization(pkce.challenge));
    assert.ok(answer.headers.get('location')?.startsWith(redirectUri));
  });

  await suite.test('whoever is removed is out at once', async () => {
    const { tokens } = await signIn(new Browser(issuer));
    people = [];
    assert.equal((await refresh(tokens.refresh_token)).status, 400);
    people = [person];
  });

  await suite.test('a revoked token is worth nothing', async () => {
    const { tokens } = await signIn(new Browser(issuer));
    await client('/token/revocation', { token: tokens.refresh_token });
    assert.equal((await refresh(tokens.refresh_token)).status, 400);
  });

  await suite.test(
    'another redirect address, or none of PKCE, is refused',
    async () => {
      const wrong = new URL(authorization(makePkce().challenge));
      wrong.searchParams.set('redirect_uri', `${redirectUri}/more`);
      const first = await new Browser(issuer).get(wrong.href);
      assert.equal(first.status, 400);
      assert.match(await first.text(), /redirect_uri/);

      const bare = new URL(authorization('x'.repeat(43)));
      bare.searchParams.delete('code_challenge');
      bare.searchParams.delete('code_challenge_method');
      const second = await new Browser(issuer).get(bare.href);
      assert.match(
        second.headers.get('location') ?? '',
        /error=invalid_request/,
      );
    },
  );

  await suite.test('a code works once and with its verifier only', async () => {
    const browser = new Browser(issuer);
    const stolen = await authorize(browser);
    const answer = await client('/token', {
      grant_type: 'authorization_code',
      code: stolen.code,
      redirect_uri: redirectUri,
      code_verifier: makePkce().verifier,
    });
    assert.equal(answer.status, 400);
  });

  await suite.test(
    'the page escapes names and lets nothing be loaded',
    async () => {
      const page = await new Browser(issuer).follow(
        authorization(makePkce().challenge),
      );
      const text = await page.text();
      assert.match(text, /Nora &lt;Lind&gt;/);
      assert.match(
        page.headers.get('content-security-policy') ?? '',
        /default-src 'none'.*frame-ancestors 'none'/,
      );
    },
  );

  await suite.test(
    'a form without its token, or from elsewhere, is refused',
    async () => {
      const browser = new Browser(issuer);
      const form = await openForm(browser);
      for (const change of [
        { fields: { csrf: 'f'.repeat(64) } },
        { origin: 'http://evil.example' },
      ]) {
        const answer = await browser.post(
          form.action,
          {
            ...form.fields,
            ...change.fields,
          },
          change.origin,
        );
        assert.equal(answer.status, 403);
      }
      // Another browser has not this sign-in's cookie.
      const other = await new Browser(issuer).post(form.action, form.fields);
      assert.equal(other.status, 400);
    },
  );

  await suite.test('passwords cannot be guessed for long', async () => {
    people = [person, { ...person, name: 'target' }];
    const browser = new Browser(issuer);
    const form = await openForm(browser);
    const attempt = (password: string) =>
      browser.post(form.action, {
        ...form.fields,
        account: 'target',
        password,
      });
    for (let count = 0; count < 8; count += 1) {
      assert.equal((await attempt('guess')).status, 401);
    }
    const locked = await attempt(secrets.peoplePassword);
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers.get('retry-after')) > 0);
    people = [person];
  });
});

async function setUp(t: TestContext): Promise<void> {
  const { connection } = await startServer(
    t,
    await serverOptions(temporaryFolder(t)),
  );
  pool = new Pool(connection);
  // Its end does not wait for the server's last word.
  pool.on('error', () => {});
  await migrateRecords(pool);
  await migrateRecords(pool);
  secrets = generateSecrets();
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  const listen = async () => {
    const server = createServer(
      createIdentityProvider({
        issuer,
        clients: [
          {
            id: 'portal',
            name: 'Slipway',
            secret: secrets.oidcPortalSecret,
            redirectUris: [redirectUri],
          },
        ],
        listAccounts: async () => people,
        password: secrets.peoplePassword,
        cookieKey: secrets.identityCookieKey,
        signingKey: secrets.identitySigningKey,
        pool,
      }),
    );
    await new Promise<void>(resolve => {
      server.listen(port, '127.0.0.1', resolve);
    });
    return async () => {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    };
  };
  let close = await listen();
  restart = async () => {
    await close();
    close = await listen();
  };
  onEnd(t, async () => {
    await close();
    await pool.end();
  });
}

function makePkce() {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge };
}

function authorization(challenge: string): string {
  const url = new URL('/auth', issuer);
  url.search = String(
    new URLSearchParams({
      client_id: 'portal',
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'state',
    }),
  );
  return url.href;
}

async function openForm(browser: Browser, challenge = makePkce().challenge) {
  const page = await browser.follow(authorization(challenge));
  const text = await page.text();
  const [, action] = text.match(/action="([^"]+)"/) ?? [];
  const [, csrf] = text.match(/name="csrf" value="([^"]+)"/) ?? [];
  return {
    action,
    fields: {
      csrf,
      account: person.name,
      password: secrets.peoplePassword,
    },
  };
}

async function authorize(browser: Browser) {
  const pkce = makePkce();
  const form = await openForm(browser, pkce.challenge);
  const posted = await browser.post(form.action, form.fields);
  const answer = await browser.follow(
    new URL(posted.headers.get('location') ?? '', issuer).href,
  );
  const code = new URL(
    answer.headers.get('location') ?? issuer,
  ).searchParams.get('code');
  assert.ok(code);
  return { code, ...pkce };
}

async function signIn(browser: Browser) {
  const { code, verifier } = await authorize(browser);
  const answer = await client('/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  assert.equal(answer.status, 200);
  return { tokens: await answer.json() };
}

function refresh(token: string): Promise<Response> {
  return client('/token', {
    grant_type: 'refresh_token',
    refresh_token: token,
  });
}

function client(
  path: string,
  fields: Record<string, string>,
): Promise<Response> {
  const credentials = Buffer.from(
    `portal:${secrets.oidcPortalSecret}`,
  ).toString('base64');
  return fetch(new URL(path, issuer), {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, connection: 'close' },
    body: new URLSearchParams(fields),
  });
}
