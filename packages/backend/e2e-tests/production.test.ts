import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigSources } from '@backstage/config-loader';
import { Client } from 'pg';
import { Progress } from '../../../scripts/lib/progress.mjs';
import { ensureProductionBundle } from '../../../scripts/production-bundle.mjs';
import { Cluster } from './support/Cluster.ts';
import { HttpClient } from './support/HttpClient.ts';
import { Replica } from './support/Replica.ts';
import { openSignals } from './support/openSignals.ts';
import {
  installedPlugins,
  protectedRoutes,
  publicPlugins,
} from './support/routes.ts';
import { refresh, signIn } from './support/signIn.ts';
import { until } from './support/until.ts';

/**
 * The bundle that ships, three times, on the production configuration. The tests build on one another: the later ones
 * kill what the earlier ones have used.
 */
describe('production', () => {
  let bundle: string;
  let cluster: Cluster;
  let admin: HttpClient;
  let developer: HttpClient;
  const tokens = new Map<string, string>();

  before(async () => {
    bundle = await ensureProductionBundle({ progress: new Progress() });
    cluster = await Cluster.create(bundle);
    await cluster.startReplicas();
  });

  after(async () => {
    await cluster?.close();
  });

  test('has no development switch in its configuration', async () => {
    const source = ConfigSources.default({
      argv: cluster.configs.flatMap(path => [
        '--config',
        resolve(bundle, path),
      ]),
      substitutionFunc: async name => cluster.env[name],
    });
    const config = await ConfigSources.toConfig(source);
    config.close();
    const keys = [...keysOf(config.get())];
    assert.ok(keys.length > 100, 'The whole configuration was read');
    assert.deepEqual(
      keys.filter(key => /(^|\.)dangerously/i.test(key)),
      [],
    );
    assert.equal(config.has('auth.providers.guest'), false);
    assert.equal(config.getString('auth.environment'), 'production');
    assert.equal(config.getString('backend.database.client'), 'pg');

    const modules = join(bundle, 'node_modules');
    for (const unwanted of [
      '@backstage/plugin-auth-backend-module-guest-provider',
      '@backstage/plugin-permission-backend-module-allow-all-policy',
      'better-sqlite3',
      '@slipway/local-stack',
      '@slipway/test-servers',
    ]) {
      assert.equal(existsSync(join(modules, unwanted)), false, unwanted);
    }
    const dockerfile = readFileSync(
      new URL('../../../Dockerfile', import.meta.url),
      'utf8',
    );
    assert.match(dockerfile, /^ENV NODE_ENV=production/m);
    assert.match(dockerfile, /^USER node$/m);
  });

  test('has started three replicas at once on an empty database server', async () => {
    for (const replica of cluster.replicas) {
      assert.equal(await replica.readiness(), 200);
      assert.doesNotMatch(
        replica.output,
        /threw an error during startup|Failed to start/i,
      );
    }
  });

  test('ends at once, and says why, when it cannot serve', async () => {
    const port = Number(new URL(cluster.replicas[0].url).port);
    const fourth = new Replica({
      port,
      bundle,
      configs: cluster.configs,
      env: {
        ...cluster.env,
        SLIPWAY_PORT: String(port),
        SLIPWAY_METRICS_PORT: '0',
      },
    });
    fourth.start();
    const exit = await fourth.ended();
    assert.equal(exit.code, 1, fourth.output);
    assert.match(fourth.output, /The portal cannot start: .*EADDRINUSE/);
  });

  test('signs in through the identity provider, and every replica knows the session and the token', async () => {
    const { password } = cluster.identity;
    await until('people are in the catalog', 60, async () => {
      try {
        admin = await signIn(cluster.url, 'ada.admin', password);
        return true;
      } catch (error) {
        if (/unable to resolve user identity/i.test(String(error))) {
          return false;
        }
        throw error;
      }
    });
    developer = await signIn(cluster.url, 'sam.developer', password);
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

  test('shows on all replicas what was registered at one', async () => {
    const target = cluster.publish(
      'catalog-info.yaml',
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'registered-once' },
        spec: {
          type: 'service',
          lifecycle: 'production',
          owner: 'team-orders',
        },
      }),
    );
    const [first] = cluster.replicas;
    const registered = await admin.post(`${first.url}/api/catalog/locations`, {
      type: 'url',
      target,
    });
    assert.equal(registered.status, 201, registered.text);
    await Promise.all(
      cluster.replicas.map(({ url }) =>
        until(`${url} shows the component`, 30, async () => {
          const answer = await developer.get(
            `${url}/api/catalog/entities/by-name/component/default/registered-once`,
          );
          return answer.status === 200;
        }),
      ),
    );
  });

  test('carries live messages from one replica to pages that hang on another', async () => {
    const [first, second, third] = cluster.replicas;
    const pages = await Promise.all(
      [second, third].map(({ url }) =>
        openSignals(url, 'user-settings', developer.token ?? ''),
      ),
    );
    await until('the message is there', 30, async () => {
      // A page subscribes without an answer, so that the first message may be too early for it.
      const saved = await developer.send(
        'PUT',
        `${first.url}/api/user-settings/buckets/test/keys/colour`,
        {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ value: 'blue' }),
        },
      );
      assert.equal(saved.status, 200, saved.text);
      await sleep(500);
      return pages.every(page =>
        page.messages.some(message =>
          JSON.stringify(message).includes('colour'),
        ),
      );
    });
    pages.forEach(page => page.close());
  });

  test('writes logs in JSON, with the id of the request', async () => {
    const [{ url }] = cluster.replicas;
    const id = `test-${Date.now()}`;
    const answer = await developer.get(
      `${url}/api/catalog/entity-facets?facet=kind`,
      {
        'x-request-id': id,
      },
    );
    assert.equal(answer.headers.get('x-request-id'), id);
    const lines = await until('the request is in the log', 10, async () => {
      const found = linesOf(cluster.replicas[0].output).filter(line =>
        line.includes(id),
      );
      return found.length > 0 && found;
    });
    assert.ok(lines.some(line => JSON.parse(line).requestId === id));

    for (const { output } of cluster.replicas) {
      const plain = linesOf(output).filter(line => !isJson(line));
      // Upstream says where the configuration comes from before there is a logger.
      assert.deepEqual(
        plain.filter(line => !line.startsWith('Loading config from ')),
        [],
      );
    }
  });

  test('makes each ordered database exactly once while a replica is killed', async () => {
    const [first, second] = cluster.replicas;
    const names = ['one', 'two', 'three', 'four', 'five', 'six'].map(
      word => `order-${word}`,
    );
    const ordered = await Promise.all(
      names.map(async (name, n) => {
        const answer = await developer.post(
          `${(n % 2 === 0 ? first : second).url}/api/databases/databases`,
          {
            name,
            engine: 'postgres',
            size: 'small',
            environment: 'development',
            owner: 'group:default/team-orders',
          },
          { 'idempotency-key': `key-of-${name}` },
        );
        assert.equal(answer.status, 202, answer.text);
        return answer.json().database.id as string;
      }),
    );
    await until(
      'the work has begun',
      30,
      async () => (await databasesOf(cluster, names)).length > 0,
    );
    const exit = await first.signal('SIGKILL');
    assert.equal(exit.signal, 'SIGKILL');

    await until('all databases are ready', 120, async () => {
      const states = await Promise.all(
        ordered.map(async id => {
          const answer = await developer.get(
            `${second.url}/api/databases/databases/${id}`,
          );
          assert.equal(answer.status, 200, answer.text);
          return answer.json().state;
        }),
      );
      return states.every(state => state === 'ready');
    });
    // The server is asked, not our own tables: one database for each name, and each with its own two logins at most.
    const made = await databasesOf(cluster, names);
    assert.deepEqual(made.map(({ name }) => name).sort(), [...names].sort());

    // The same key again, at the other replica, orders nothing new.
    const again = await developer.post(
      `${second.url}/api/databases/databases`,
      {
        name: names[0],
        engine: 'postgres',
        size: 'small',
        environment: 'development',
        owner: 'group:default/team-orders',
      },
      { 'idempotency-key': `key-of-${names[0]}` },
    );
    assert.equal(again.status, 202, again.text);
    assert.equal(again.json().database.id, ordered[0]);

    first.start();
    await first.waitFor(200, 120);
  });

  test('is not ready without its database, and mends itself', async () => {
    await cluster.postgres.stop();
    await Promise.all(
      cluster.replicas.map(replica => replica.waitFor(503, 30)),
    );
    await cluster.postgres.start();
    await Promise.all(
      cluster.replicas.map(replica => replica.waitFor(200, 60)),
    );
    for (const { url } of cluster.replicas) {
      const answer = await developer.get(
        `${url}/api/catalog/entities/by-name/component/default/registered-once`,
      );
      assert.equal(answer.status, 200, answer.text);
    }
    // The bus between replicas has found its way back too.
    const [first, , third] = cluster.replicas;
    const page = await openSignals(
      third.url,
      'user-settings',
      developer.token ?? '',
    );
    await until('messages pass again', 60, async () => {
      await developer.send(
        'PUT',
        `${first.url}/api/user-settings/buckets/test/keys/again`,
        {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ value: 1 }),
        },
      );
      await sleep(500);
      return page.messages.some(message =>
        JSON.stringify(message).includes('again'),
      );
    });
    page.close();
  });

  test('drains on SIGTERM: not ready at once, serving until the end, gone in order', async () => {
    const [, , third] = cluster.replicas;
    const exit = third.signal('SIGTERM');
    await third.waitFor(503, 3);
    const late = await developer.get(
      `${third.url}/api/catalog/entity-facets?facet=kind`,
    );
    assert.equal(late.status, 200, late.text);
    assert.deepEqual(await exit, { code: 0, signal: null });
    // Nobody at the front door notices.
    for (let n = 0; n < 6; n += 1) {
      const answer = await developer.get(
        `${cluster.url}/api/catalog/entity-facets?facet=kind`,
      );
      assert.equal(answer.status, 200, answer.text);
    }
  });

  test('has told its logs no secret', () => {
    const logs = cluster.replicas.map(replica => replica.output).join('\n');
    assert.ok(logs.length > 10_000);
    for (const [what, value] of [...cluster.secrets, ...tokens]) {
      assert.ok(value.length > 8, what);
      assert.equal(logs.includes(value), false, `${what} is in the logs`);
    }
  });
});

function* keysOf(value: unknown, path = ''): Generator<string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      const own = path ? `${path}.${key}` : key;
      yield own;
      yield* keysOf(child, own);
    }
  }
}

function linesOf(output: string): string[] {
  // The last line may still be on its way.
  return output.slice(0, output.lastIndexOf('\n')).split('\n').filter(Boolean);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The databases of these names on the tenants' server, with what it calls them. */
async function databasesOf(cluster: Cluster, names: string[]) {
  const client = new Client(cluster.tenants.connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE NOT datistemplate',
    );
    return rows.flatMap(({ datname }) => {
      const name = names.find(each =>
        datname.startsWith(`${each.replaceAll('-', '_')}_`),
      );
      return name ? [{ name, datname }] : [];
    });
  } finally {
    await client.end();
  }
}
