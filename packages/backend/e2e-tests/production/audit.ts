import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import type { Production } from './Production.ts';

const AUDIT = resolve(import.meta.dirname, '../../../../scripts/audit.mjs');

/** What is on record of everything that the tests before have done, at three replicas of which one was killed. */
export function auditTests(production: Production): void {
  test('has one audit trail of all replicas, which verifies by the heads in their logs', async () => {
    const { admin, cluster } = production;
    const [{ url }] = cluster.replicas;
    const folder = await mkdtemp(join(tmpdir(), 'slipway-audit-'));
    const file = (name: string) => join(folder, name);
    try {
      // A head is published each minute. No key is configured: it is believed because it comes from the log.
      await until('the newest entry is in the log', 90, async () => {
        const state = await admin.get(`${url}/api/audit/state`);
        assert.equal(state.status, 200, state.text);
        return state.json().uncovered === 0;
      });
      const exported = await admin.get(
        `${url}/api/audit/export?from=2026-01-01`,
      );
      assert.equal(exported.status, 200, exported.text);
      await writeFile(file('export.jsonl'), exported.text);
      await writeFile(
        file('log'),
        cluster.replicas.map(({ output }) => output).join('\n'),
      );
      const { status, stdout } = spawnSync(
        process.execPath,
        [AUDIT, 'verify', file('export.jsonl'), '--heads', file('log')],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stdout);
      assert.match(stdout, /Good: up to entry \d+/);

      const entries = exported.text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
        .filter(({ kind }) => kind === 'event');
      const orders = entries.filter(
        ({ record }) =>
          record.event === 'database-create' && record.outcome === 'succeeded',
      );
      // Six were ordered, and one of them once more with its key.
      assert.equal(orders.length, 7);
      for (const { record } of orders) {
        assert.equal(record.actor.ref, 'user:default/sam.developer');
      }
      for (const [what, value] of [...cluster.secrets, ...production.tokens]) {
        assert.equal(exported.text.includes(value), false, what);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('lets nobody else read it', async () => {
    const { cluster, developer } = production;
    for (const path of ['events', 'state', 'export']) {
      const answer = await developer.get(
        `${cluster.replicas[0].url}/api/audit/${path}`,
      );
      assert.equal(answer.status, 403, answer.text);
    }
  });
}
