import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpClient } from '../support/HttpClient.ts';
import { refresh, signIn } from '../support/signIn.ts';
import { ask } from './plugins/approvals.ts';
import { externalTokens, people } from './configuration.ts';
import { until } from '../support/until.ts';
import { signInAgent } from './signInAgent.ts';
import { changed } from './Tables.ts';
import type { World } from './World.ts';

const order = {
  name: 'of-reader',
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
};
const xhr = { 'x-requested-with': 'XMLHttpRequest' };

/** How a session begins, what its cookies open, and how it ends. */
export function sessionTests(getWorld: () => World): void {
  test('an agent lets in no other, nor itself again', async () => {
    const world = getWorld();
    const agent = await world.agent('owner');
    await assert.rejects(
      signInAgent(world.portal.url, agent),
      /access_denied.*Only a person, signed in to the portal/,
    );
  });

  test('that a person let a program act for them is on record: who, which program, what for', async () => {
    const world = getWorld();
    await world.agent('owner');
    const entries = async (outcome: string) => {
      const { items } = await world.must(
        'audit',
        {
          method: 'GET',
          path: `/events?event=agent-consent&outcome=${outcome}&actor=${encodeURIComponent(`user:default/${people.owner.name}`)}`,
        },
        world.person('administrator'),
      );
      return items;
    };
    await until('it is on record', 30, async () => {
      return (await entries('succeeded')).length > 0;
    });
    const [{ actor, meta, plugin }] = await entries('succeeded');
    assert.equal(plugin, 'auth');
    assert.equal(actor.ref, `user:default/${people.owner.name}`);
    assert.equal(meta.actionType, 'approve');
    assert.equal(meta.client, 'A coding agent');
    assert.equal(meta.scope, 'openid');
    assert.equal(meta.redirectTo, 'localhost');
    assert.ok(meta.clientId);
  });

  test('a link that votes is in the mail to its decider, and nowhere in the portal', async () => {
    const world = getWorld();
    const ada = `user:default/${people.administrator.name}`;
    const sent = (await world.portal.sent()).filter(({ user }) => user === ada);
    assert.ok(sent.length > 0);
    for (const { mail, slack } of sent) {
      assert.match(
        mail ?? '',
        /\nApprove: http\S+\/approvals\/answer#[\w-]{43}\nReject: http\S+#[\w-]{43}$/,
      );
      assert.equal(mail, slack);
      const [token] = /(?<=#)[\w-]{43}/.exec(mail!)!;
      const opened = await world.send(
        'approvals',
        { method: 'POST', path: '/answer-links/open', body: { token } },
        world.person('administrator'),
      );
      assert.equal(opened.status, 200, opened.text);
      assert.ok(!world.portal.output.includes(token));
      assert.deepEqual(await world.tables.holding(token), []);
    }
  });

  test('the bell of those who were asked takes away what has been decided', async () => {
    const world = getWorld();
    const { id } = await world.must(
      'approvals',
      { method: 'POST', path: '/requests', body: ask('toDecide') },
      await world.portal.pluginToken('databases', 'approvals'),
    );
    const bell = async (read: boolean) => {
      const { notifications } = await world.must(
        'notifications',
        { method: 'GET', path: `/notifications?read=${read}&limit=100` },
        world.person('administrator'),
      );
      return notifications
        .filter(
          (each: { payload: { scope: string } }) =>
            each.payload.scope === `approvals/${id}`,
        )
        .map((each: { payload: { title: string } }) => each.payload.title);
    };
    const title = 'Order toDecide for production';
    await until('the administrator was asked', 30, async () => {
      return (await bell(false)).includes(`Waits for your decision: ${title}`);
    });
    await world.must(
      'approvals',
      {
        method: 'PUT',
        path: `/approvals/${id}/vote`,
        body: { answer: 'approve' },
      },
      world.person('administrator'),
    );
    await until('it is read, and says how it ended', 30, async () => {
      return (await bell(true)).includes(`${title}: approved`);
    });
    assert.deepEqual(await bell(false), []);
    await world.quiet();
  });

  test('cookies are out of the reach of scripts and other sites, and are no way to change anything', async () => {
    const { portal, password } = getWorld();
    const client = await signIn(portal.url, people.owner.name, password);
    const answers = [
      await client
        .withoutToken()
        .get(`${portal.url}/api/auth/oidc/refresh?env=production`, xhr),
      await client.get(`${portal.url}/api/techdocs/.backstage/auth/v1/cookie`),
    ];
    const cookies = answers.flatMap(({ status, headers }) => {
      assert.equal(status, 200);
      return headers.getSetCookie();
    });
    assert.ok(cookies.some(cookie => cookie.startsWith('backstage-auth=')));
    for (const cookie of cookies) {
      assert.match(cookie, /; HttpOnly/, cookie);
      // Upstream takes localhost for a safe place, as browsers do.
      assert.match(cookie, /; SameSite=Lax|; Secure;.*; SameSite=None/, cookie);
    }

    // All that another site could make the browser send: cookies, and a body that needs no question beforehand.
    const browser = client.withoutToken();
    const before = await getWorld().tables.hashes();
    for (const type of ['application/json', 'text/plain']) {
      for (const [method, path] of [
        ['GET', '/api/databases/databases'],
        ['POST', '/api/databases/databases'],
        ['POST', '/api/approvals/deputies'],
        ['PUT', '/api/user-settings/buckets/a/keys/b'],
        ['POST', '/api/catalog/locations'],
        ['POST', '/api/scaffolder/v2/tasks'],
        ['POST', '/api/permission/authorize'],
        ['POST', '/api/notifications/notifications/update'],
        ['POST', '/api/mcp-actions/v1'],
      ]) {
        const { status } = await browser.send(method, `${portal.url}${path}`, {
          headers: { 'content-type': type, origin: 'https://evil.example' },
          ...(method !== 'GET' && { body: '{}' }),
        });
        assert.equal(status, 401, `${method} ${path}`);
      }
    }
    assert.deepEqual(changed(before, await getWorld().tables.hashes()), []);

    // A new token takes a header that no form can send, and no other origin may read it.
    const forged = await browser.get(
      `${portal.url}/api/auth/oidc/refresh?env=production`,
    );
    assert.equal(forged.status, 401, forged.text);
    const preflight = await browser.send(
      'OPTIONS',
      `${portal.url}/api/databases/databases`,
      {
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      },
    );
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
  });

  test('signing out ends the session: what it held gives no new token', async () => {
    const { portal, password } = getWorld();
    const client = await signIn(portal.url, people.owner.name, password);
    const stolen = client.withoutToken();
    await refresh(client, portal.url);
    const out = await client
      .withoutToken()
      .send('POST', `${portal.url}/api/auth/oidc/logout?env=production`, {
        headers: xhr,
      });
    assert.equal(out.status, 200, out.text);
    const cleared = out.headers.getSetCookie().join();
    assert.match(cleared, /oidc-refresh-token=; Max-Age=0;/);
    const again = await stolen.get(
      `${portal.url}/api/auth/oidc/refresh?env=production`,
      xhr,
    );
    assert.equal(again.status, 401, again.text);
  });

  test('a token for outside opens what it names, and nothing else', async () => {
    const { portal } = getWorld();
    const reader = new HttpClient();
    reader.token = externalTokens.reader;
    for (const [method, path, status] of [
      ['GET', '/api/databases/databases', 200],
      ['GET', '/api/databases/catalog-entities', 200],
      ['POST', '/api/databases/databases', 403],
      ['PUT', '/api/databases/pauses/shared', 403],
      ['GET', '/api/approvals/approvals', 403],
      ['POST', '/api/approvals/requests', 403],
      ['GET', '/api/audit/events', 403],
      ['GET', '/api/catalog/entities', 403],
    ] as const) {
      const answer = await reader.send(method, `${portal.url}${path}`, {
        headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
        ...(method !== 'GET' && { body: JSON.stringify(order) }),
      });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    }
  });

  test('who is not in the catalog does not come in', async () => {
    const { portal, password } = getWorld();
    await assert.rejects(signIn(portal.url, people.leaver.name, password));
  });

  test('answers say to browsers what they may do with them', async () => {
    const { portal } = getWorld();
    const api = await new HttpClient().get(
      `${portal.url}/api/catalog/entities`,
    );
    assert.match(
      api.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; .*frame-ancestors 'none'$/,
    );
    const page = await new HttpClient().get(`${portal.url}/anything`);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /(^|;)script-src 'self' 'unsafe-eval'(;|$)/);
    for (const { headers } of [api, page]) {
      assert.match(
        headers.get('strict-transport-security') ?? '',
        /max-age=\d{8}/,
      );
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-powered-by'), null);
    }
  });
}
