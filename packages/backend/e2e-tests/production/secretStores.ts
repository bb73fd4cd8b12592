import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stablePorts } from '../../../../bench/lib/ports.ts';
import { Replica } from '../support/Replica.ts';
import type { Production } from './Production.ts';

/** Where passwords are kept, as the configuration of the bundle that ships says it. */
export function secretStoreTests(production: Production): void {
  test('loads the stores of secrets that are named, asks them for nothing yet, and counts what is sealed', async () => {
    const { fourth, metricsUrl, remove } = await prepare({
      store: 'vault',
      previous: ['sealed', 'aws', 'kubernetes'],
      vault: { address: 'http://127.0.0.1:1', token: 'a-token-for-nobody' },
      aws: { region: 'eu-central-1', endpoint: 'http://127.0.0.1:1' },
      kubernetes: { namespace: 'slipway' },
    });
    try {
      fourth.start();
      await fourth.waitFor(200, 120);
      const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
      const [, sealed] =
        /^slipway_databases_sealed_secrets\{.*configured="true".*\} (\d+)/m.exec(
          metrics,
        ) ?? [];
      // Those of the databases that were ordered before.
      assert.ok(Number(sealed) >= 6, metrics);
      assert.equal(fourth.output.includes('a-token-for-nobody'), false);
    } finally {
      await fourth.signal('SIGTERM');
      await remove();
    }
  });

  test('keeps no password anywhere when the store that is named is not there', async () => {
    const { fourth, remove } = await prepare({ store: 'drawer' });
    try {
      fourth.start();
      await fourth.waitFor(200, 120);
      assert.match(
        fourth.output,
        /databases\.secrets\.store is 'drawer', which is not there\. There are: sealed/,
      );
      // The rest of the portal runs, and databases do not.
      const answer = await production.developer.get(
        `${fourth.url}/api/databases/options`,
      );
      assert.ok(answer.status >= 400, answer.text);
    } finally {
      await fourth.signal('SIGTERM');
      await remove();
    }
  });

  /** A fourth replica with its own idea of where secrets are kept. */
  async function prepare(secrets: {
    store: string;
    kubernetes?: object;
    [more: string]: unknown;
  }) {
    const { bundle, cluster } = production;
    const folder = await mkdtemp(join(tmpdir(), 'slipway-stores-'));
    const kubeconfig = join(folder, 'kubeconfig.json');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 'a-token-for-nobody' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const config = join(folder, 'app-config.stores.yaml');
    const { kubernetes } = secrets;
    await writeFile(
      config,
      JSON.stringify({
        databases: {
          secrets: {
            ...secrets,
            ...(kubernetes && { kubernetes: { ...kubernetes, kubeconfig } }),
          },
        },
      }),
    );
    const [port, metrics] = await stablePorts(2);
    const fourth = new Replica({
      port,
      bundle,
      configs: [...cluster.configs, config],
      env: {
        ...cluster.env,
        SLIPWAY_PORT: String(port),
        SLIPWAY_METRICS_PORT: String(metrics),
      },
    });
    return {
      fourth,
      metricsUrl: `http://127.0.0.1:${metrics}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
}
