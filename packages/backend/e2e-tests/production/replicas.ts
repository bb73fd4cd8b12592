import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Replica } from '../support/Replica.ts';
import { openSignals } from '../support/openSignals.ts';
import { until } from '../support/until.ts';
import type { Production } from './Production.ts';

/** That three replicas are one portal. */
export function replicaTests(production: Production): void {
  test('has started three replicas at once on an empty database server', async () => {
    const { cluster } = production;
    for (const replica of cluster.replicas) {
      assert.equal(await replica.readiness(), 200);
      assert.doesNotMatch(
        replica.output,
        /threw an error during startup|Failed to start/i,
      );
    }
  });

  test('ends at once, and says why, when it cannot serve', async () => {
    const { bundle, cluster } = production;
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

  test('shows on all replicas what was registered at one', async () => {
    const { admin, cluster, developer } = production;
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
    const { cluster, developer } = production;
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
}
