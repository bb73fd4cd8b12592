import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import type { Production } from './Production.ts';

/** What the logs tell, and what they must not. */
export function logTests(production: Production): void {
  test('writes logs in JSON, with the id of the request', async () => {
    const { cluster, developer } = production;
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

  test('has told its logs no secret', () => {
    const { cluster, tokens } = production;
    const logs = cluster.replicas.map(replica => replica.output).join('\n');
    assert.ok(logs.length > 10_000);
    for (const [what, value] of [...cluster.secrets, ...tokens]) {
      assert.ok(value.length > 8, what);
      assert.equal(logs.includes(value), false, `${what} is in the logs`);
    }
  });
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
