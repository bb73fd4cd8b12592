import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpClient } from '../support/HttpClient.ts';
import { openSignals } from '../support/openSignals.ts';
import {
  installedPlugins,
  protectedRoutes,
  publicPlugins,
} from '../support/routes.ts';
import { until } from '../support/until.ts';
import { refresh, signIn } from '../support/signIn.ts';
import type { Production } from './Production.ts';

/** Who gets in, and who does not. The people who sign in here are used by the tests after it. */
export function accessTests(production: Production): void {
  test('signs in through the identity provider, and every replica knows the session and the token', async () => {
    const { cluster, tokens } = production;
    const { password } = cluster.identity;
    await until('people are in the catalog', 60, async () => {
      try {
        production.admin = await signIn(cluster.url, 'ada.admin', password);
        return true;
      } catch (error) {
        if (/unable to resolve user identity/i.test(String(error))) {
          return false;
        }
        throw error;
      }
    });
    production.developer = await signIn(cluster.url, 'sam.developer', password);
    const { admin, developer } = production;
    tokens.set("the administrator's token", admin.token ?? '');
    tokens.set("the developer's token", developer.token ?? '');

    for (const { url } of cluster.replicas) {
      const again = await refresh(
        developer,
        url.replace('127.0.0.1', 'localhost'),
      );
      assert.equal(
        again.backstageIdentity.identity.userEntityRef,
        'user:default/sam.developer',
      );
      const me = await developer.get(
        `${url}/api/catalog/entities/by-name/user/default/sam.developer`,
      );
      assert.equal(me.status, 200, me.text);
    }
  });

  test('refuses people that the catalog does not know, and any other way in', async () => {
    const { admin, cluster } = production;
    await assert.rejects(
      signIn(cluster.url, 'vera.visitor', cluster.identity.password),
    );
    const nobody = new HttpClient();
    for (const path of [
      '/api/auth/guest/start?env=production',
      '/api/auth/guest/refresh?env=production',
      '/api/auth/oidc/start?env=development',
    ]) {
      assert.equal((await nobody.get(`${cluster.url}${path}`)).status, 404);
    }
    const forged = new HttpClient();
    forged.token = `${admin.token?.slice(0, -4)}AAAA`;
    const answer = await forged.get(`${cluster.url}/api/catalog/entities`);
    assert.equal(answer.status, 401);
    for (const token of [undefined, forged.token]) {
      await assert.rejects(
        openSignals(cluster.replicas[0].url, 'user-settings', token),
      );
    }
  });

  test('refuses whoever has not signed in, at every plugin', async () => {
    const { bundle, cluster } = production;
    assert.deepEqual(
      [...Object.keys(protectedRoutes), ...publicPlugins].sort(),
      installedPlugins(bundle),
    );
    const nobody = new HttpClient();
    const answers: string[] = [];
    for (const [plugin, routes] of Object.entries(protectedRoutes)) {
      for (const [method, path] of routes) {
        const { status } = await nobody.send(
          method,
          `${cluster.replicas[0].url}/api/${plugin}${path}`,
          {
            headers: { 'content-type': 'application/json' },
            ...(method !== 'GET' && { body: '{}' }),
          },
        );
        answers.push(`${status} ${method} /api/${plugin}${path}`);
      }
    }
    assert.deepEqual(
      answers.filter(answer => !answer.startsWith('401 ')),
      [],
    );
  });
}
