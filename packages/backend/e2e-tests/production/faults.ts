import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Cluster } from '../support/Cluster.ts';
import { openSignals } from '../support/openSignals.ts';
import { until } from '../support/until.ts';
import type { Production } from './Production.ts';

/** What a replica that is killed, a database that is down and a rolling deployment do to the portal. */
export function faultTests(production: Production): void {
  test('makes each ordered database exactly once while a replica is killed', async () => {
    const { cluster, developer } = production;
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
    const { cluster, developer } = production;
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
    const { cluster, developer } = production;
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
