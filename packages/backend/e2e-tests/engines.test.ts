import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchPortal, type LaunchedPortal } from '@slipway/test-servers';
import type { HttpClient } from './support/HttpClient.ts';
import { signIn } from './support/signIn.ts';
import { until } from './support/until.ts';

const require = createRequire(import.meta.url);
// The providers' own test servers are written for a compiler.
require('@backstage/cli/config/nodeTransform.cjs');

const engines = ['mariadb', 'redis'] as const;

interface Harness {
  config: object;
  inventory(): Promise<string[]>;
  stop(): Promise<void>;
}

interface Session {
  write(key: string, value: string): Promise<void>;
  read(key: string): Promise<string | undefined>;
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Databases of other engines than the local stack's, through the portal's own API. */
describe('databases on other engines', () => {
  const harnesses = new Map<string, Harness>();
  let folder: string;
  let portal: LaunchedPortal;
  let person: HttpClient;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-engines-'));
    for (const engine of engines) {
      harnesses.set(engine, await testServer(engine).startHarness());
    }
    const config = join(folder, 'engines.json');
    writeFileSync(
      config,
      JSON.stringify({
        databases: {
          deletion: { graceHours: 0 },
          providers: Object.fromEntries(
            engines.map(engine => [engine, [harnesses.get(engine)?.config]]),
          ),
        },
      }),
    );
    portal = await launchPortal({ args: ['--config', config] });
    person = await signIn(portal.url, 'sam.okafor', portal.password);
  });
  after(async () => {
    await portal?.remove();
    for (const harness of harnesses.values()) {
      await harness.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [engine, asked] of [
    ['mariadb', 'mysql'],
    ['redis', 'redis'],
  ] as const) {
    test(`${engine}: ordered, used by a person, given another login, deleted`, async () => {
      const { inventory } = harnessOf(engine);
      const { connect } = testServer(engine);
      const untouched = await inventory();
      const name = `orders-${engine}`;
      const id = await change('databases', {
        name,
        engine: asked,
        size: 'small',
        environment: 'development',
        owner: 'group:default/team-orders',
      });
      assert.equal(await stateOf(id), 'ready');

      const writer = await logIn(id, 'read-write');
      const session: Session = await connect(writer);
      if (engine === 'redis') {
        await session.write('order-1', 'two tents');
        assert.equal(await session.read('order-1'), 'two tents');
        const reader: Session = await connect(await logIn(id, 'read-only'));
        assert.equal(await reader.read('order-1'), 'two tents');
        await assert.rejects(reader.write('order-1', 'none'), /NOPERM/);
        await reader.close();
      }

      const made = await inventory();
      await change(`databases/${id}/rotate`);
      assert.equal(await stateOf(id), 'ready');
      const now = await inventory();
      const changed = made.filter(line => !now.includes(line));
      assert.ok(changed.length > 0, 'The logins are others');
      assert.equal(await session.isAlive(), true);

      // The writer is connected.
      await change(`databases/${id}/delete`, {
        confirmName: name,
        confirmInUse: 'disconnect',
      });
      assert.equal(await stateOf(id), 'suspended');
      assert.equal(await session.isAlive(), false);
      await assert.rejects(connect(writer));
      await change(`databases/${id}/delete`, { confirmName: name });
      assert.equal(await stateOf(id), 'deleted');
      assert.deepEqual(await inventory(), untouched);
    });
  }

  function harnessOf(engine: string): Harness {
    const found = harnesses.get(engine);
    assert.ok(found);
    return found;
  }

  /** Begins an operation, and waits until it has succeeded. */
  async function change(path: string, body?: object): Promise<string> {
    const answer = await person.post(
      `${portal.url}/api/databases/${path}`,
      body,
      { 'idempotency-key': randomUUID() },
    );
    assert.equal(answer.status, 202, answer.text);
    const { database, operation } = answer.json();
    await until(`${operation.title} ends`, 60, async () => {
      const now = await person.get(
        `${portal.url}/api/databases/operations/${operation.id}`,
      );
      assert.notEqual(now.json().state, 'failed', now.text);
      return now.json().state === 'succeeded';
    });
    return database.id;
  }

  async function stateOf(id: string): Promise<string> {
    const answer = await person.get(
      `${portal.url}/api/databases/databases/${id}`,
    );
    return answer.json().state;
  }

  async function logIn(id: string, access: string) {
    const answer = await person.post(
      `${portal.url}/api/databases/databases/${id}/personal-logins`,
      { access, reason: 'An order is wrong.' },
    );
    assert.equal(answer.status, 201, answer.text);
    const { login, endpoint, password } = answer.json();
    return { username: login.username, endpoint, password };
  }
});

function testServer(engine: string) {
  return require(
    `../../../plugins/databases-backend-module-${engine}/src/__testUtils__/startHarness`,
  );
}
