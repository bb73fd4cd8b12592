import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { ConfigSources } from '@backstage/config-loader';
import { Client } from 'pg';
import { bundleEnvironment } from '../../../../scripts/production-bundle.mjs';
import { Replica } from '../support/Replica.ts';
import type { Production } from './Production.ts';

/** What production runs with. */
export function configurationTests(production: Production): void {
  test('has no development switch in its configuration', async () => {
    const { bundle, cluster } = production;
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
    assert.equal(config.getString('backend.database.connection.ssl'), 'true');
    const [tenants] = config.getConfigArray('databases.providers.postgres');
    assert.equal(tenants.getBoolean('connection.ssl'), true);

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
      new URL('../../../../Dockerfile', import.meta.url),
      'utf8',
    );
    assert.match(dockerfile, /^ENV NODE_ENV=production/m);
    assert.match(dockerfile, /^USER node$/m);
    for (const [name, value] of Object.entries(bundleEnvironment('/app'))) {
      assert.ok(dockerfile.includes(`${name}=${value}`), name);
    }
  });

  test('speaks TLS to its databases, and to nothing whose certificate it cannot verify', async () => {
    const { bundle, cluster } = production;
    const { postgres, env } = cluster;
    const client = new Client(postgres.connection);
    await client.connect();
    const { rows } = await client.query<{ ssl: boolean }>(
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE usename = $1 AND pid <> pg_backend_pid()`,
      [env.POSTGRES_USER],
    );
    await client.end();
    assert.ok(rows.length > 0);
    assert.ok(rows.every(({ ssl }) => ssl));

    const stranger = new Replica({
      port: Number(new URL(cluster.replicas[0].url).port),
      bundle,
      configs: cluster.configs,
      env: {
        ...cluster.env,
        NODE_EXTRA_CA_CERTS: '',
        SLIPWAY_METRICS_PORT: '0',
      },
    });
    stranger.start();
    const exit = await stranger.ended();
    assert.equal(exit.code, 1, stranger.output);
    assert.match(stranger.output, /The portal cannot start: .*certificate/);
  });

  test('offers what is configured, and nothing else', async () => {
    const { cluster, admin } = production;
    const { url } = cluster.replicas[0];
    const answer = await admin.get(`${url}/api/scaffolder/v2/actions`);
    const actions: string[] = answer.json().map(({ id }: { id: string }) => id);
    assert.ok(actions.includes('slipway:publish'));
    assert.ok(actions.includes('publish:github'));
    assert.equal(actions.includes('publish:gitlab'), false);
    assert.equal(actions.includes('publish:gitea'), false);
    const start = await admin.get(
      `${url}/api/auth/github/start?env=production&scope=repo`,
    );
    assert.equal(start.status, 302, start.text);
    assert.match(
      start.headers.get('location') ?? '',
      /^https:\/\/github\.com\/login\/oauth\/authorize\?.*client_id=the-portal/,
    );
    for (const other of ['gitlab', 'gitea']) {
      const { status } = await admin.get(
        `${url}/api/auth/${other}/start?env=production`,
      );
      assert.equal(status, 404);
    }
    const clusters = await admin.get(`${url}/api/kubernetes/clusters`);
    assert.equal(clusters.status, 200, clusters.text);
    const page = await admin.get(`${url}/`, { accept: 'text/html' });
    const shown =
      /<script type="backstage.io\/config">([\s\S]*?)<\/script>/.exec(
        page.text,
      );
    assert.ok(shown, page.text);
    const [{ data }] = JSON.parse(shown[1]);
    assert.deepEqual(data.kubernetes, {
      clusterLocatorMethods: [{ type: 'config' }],
    });
  });
}

function* keysOf(value: unknown, path = ''): Generator<string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      const own = path ? `${path}.${key}` : key;
      yield own;
      yield* keysOf(child, own);
    }
  }
}
