import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Client } from 'pg';
import { HttpClient } from '../support/HttpClient.ts';
import { Leaks } from '../support/leaks.ts';
import { openSealed } from '../support/openSealed.ts';
import { signIn } from '../support/signIn.ts';
import { until } from '../support/until.ts';
import type { Production } from './Production.ts';

/** What the portal keeps of secrets after all that people do with it: nothing, in any table and any log. */
export function canaryTests(production: Production): void {
  /** By what they are; those of the cluster come on top. */
  const canaries = new Map<string, string>();
  const canary = (what: string): string => {
    const value = `canary+/"${randomBytes(18).toString('base64url')}`;
    canaries.set(what, value);
    return value;
  };

  test('does the main jobs with secrets that are looked for', async () => {
    const { cluster, developer } = production;
    const [{ url }] = cluster.replicas;
    const databases = `${url}/api/databases`;
    const { database } = (
      await developer.post(
        `${databases}/databases`,
        {
          name: 'canary-db',
          engine: 'postgres',
          size: 'small',
          environment: 'development',
          owner: 'group:default/team-orders',
        },
        { 'idempotency-key': 'order-canary' },
      )
    ).json();
    const isReady = () =>
      until('the database is ready', 90, async () => {
        const answer = await developer.get(
          `${databases}/databases/${database.id}`,
        );
        return answer.json().state === 'ready';
      });
    await isReady();
    // Replaced by the rotation, and then forgotten.
    await noteSealed('before its rotation');
    const rotation = await developer.post(
      `${databases}/databases/${database.id}/rotate`,
      {},
      { 'idempotency-key': 'rotate-canary' },
    );
    assert.equal(rotation.status, 202, rotation.text);
    await until('the login is replaced', 90, async () => {
      const answer = await developer.get(
        `${databases}/operations/${rotation.json().operation.id}`,
      );
      return answer.json().state === 'succeeded';
    });
    await noteSealed('after its rotation');

    const login = await developer.post(
      `${databases}/databases/${database.id}/personal-logins`,
      { reason: 'Looking for leaks' },
      { 'idempotency-key': 'login-canary' },
    );
    assert.equal(login.status, 201, login.text);
    const { password } = login.json();
    assert.ok(password.length > 16);
    canaries.set("the personal login's password", password);

    await askForApproval();
    await failToSignIn();
    for (const values of [{ fails: false }, { fails: true }]) {
      await runTask(values);
    }
    for (const [what, value] of developer.cookies()) {
      // The short ones say where the browser is, and open nothing.
      if (value.length > 16) canaries.set(`the cookie ${what}`, value);
    }
  });

  /** An order for which deciders are sent links. The portal itself knows their hashes only, so each such address is looked for. */
  async function askForApproval(): Promise<void> {
    const { cluster, developer } = production;
    const [{ url }] = cluster.replicas;
    const order = await developer.post(
      `${url}/api/databases/databases`,
      {
        name: 'canary-large',
        engine: 'postgres',
        size: 'large',
        environment: 'staging',
        owner: 'group:default/team-orders',
      },
      { 'idempotency-key': 'order-canary-large' },
    );
    assert.equal(order.status, 202, order.text);
    const client = new Client({
      ...cluster.postgres.connection,
      database: 'slipway_approvals',
    });
    await client.connect();
    try {
      await until('links were made and sent', 60, async () => {
        const { rows } = await client.query(
          'SELECT answer FROM approval_answer_links ORDER BY answer',
        );
        return rows.map(({ answer }) => answer).join() === 'approve,reject';
      });
    } finally {
      await client.end();
    }
    canaries.set('a link that votes', '/approvals/answer#');
  }

  async function noteSealed(when: string): Promise<void> {
    const { cluster } = production;
    const passwords = await openSealed(
      { ...cluster.postgres.connection, database: 'slipway_databases' },
      cluster.env.SLIPWAY_SEALING_KEY,
    );
    assert.ok(passwords.size > 0);
    for (const [what, value] of passwords) {
      canaries.set(`${what} ${when}`, value);
    }
  }

  async function failToSignIn(): Promise<void> {
    const { cluster } = production;
    await assert.rejects(
      signIn(cluster.url, 'sam.developer', canary('a wrong password')),
    );
    const nobody = new HttpClient();
    const back = new URLSearchParams({
      env: 'production',
      code: canary('a code of the identity provider'),
      state: canary('a state of the identity provider'),
    });
    await nobody.get(`${cluster.url}/api/auth/oidc/handler/frame?${back}`);
    nobody.token = canary('a forged token').replaceAll('"', '');
    canaries.set('a forged token', nobody.token);
    const answer = await nobody.get(`${cluster.url}/api/catalog/entities`);
    assert.equal(answer.status, 401);
  }

  /** A task that is given a secret and even prints it. */
  async function runTask(values: { fails: boolean }): Promise<void> {
    const { cluster, developer } = production;
    const [{ url }] = cluster.replicas;
    // Upstream hides what a template prints only where it stands as it is, so nothing that JSON would write otherwise.
    const what = `the secret of a task that ${values.fails ? 'fails' : 'ends'}`;
    const apiToken = canary(what).replaceAll('"', '');
    canaries.set(what, apiToken);
    const task = await developer.post(`${url}/api/scaffolder/v2/tasks`, {
      templateRef: 'template:default/careless',
      values,
      secrets: { apiToken },
    });
    assert.equal(task.status, 201, task.text);
    const state = await until('the task has ended', 60, async () => {
      const answer = await developer.get(
        `${url}/api/scaffolder/v2/tasks/${task.json().id}`,
      );
      const { status } = answer.json();
      return ['completed', 'failed'].includes(status) && status;
    });
    assert.equal(state, values.fails ? 'failed' : 'completed');
  }

  test('finds secrets that are planted, in every form', async () => {
    const { cluster } = production;
    const secret = `planted+/"${randomBytes(18).toString('base64url')}`;
    const leaks = Leaks.create([['it', secret]]);
    const bytes = Buffer.from(`{"before":"x","it":${JSON.stringify(secret)}}`);
    const database = {
      ...cluster.postgres.connection,
      database: 'slipway_databases',
    };
    const client = new Client(database);
    await client.connect();
    try {
      await client.query('CREATE SCHEMA planted');
      await client.query('CREATE TABLE planted.here (value text)');
      for (const [type, value] of [
        ['text', `a line with ${secret} in it`],
        ['text', bytes.toString('base64')],
        ['text', bytes.subarray(1).toString('base64url')],
        ['text', bytes.subarray(2).toString('hex').toUpperCase()],
        ['text', `https://x/?token=${encodeURIComponent(secret)}&y`],
        ['jsonb', JSON.stringify({ deep: [{ it: secret }] })],
        ['jsonb', JSON.stringify({ deep: bytes.toString() })],
        ['text[]', [secret]],
        ['bytea', bytes],
        ['bytea', Buffer.from(bytes.toString('base64'))],
      ] as const) {
        await client.query('DROP TABLE planted.here');
        await client.query(`CREATE TABLE planted.here (value ${type})`);
        await client.query('INSERT INTO planted.here VALUES ($1)', [value]);
        assert.deepEqual(
          await leaks.inServer(cluster.postgres.connection),
          ['it in the table planted.here of slipway_databases'],
          `${type}: ${value}`,
        );
      }
    } finally {
      await client.query('DROP SCHEMA planted CASCADE');
      await client.end();
    }
    assert.deepEqual(leaks.inText(JSON.stringify({ secret }), 'a log'), [
      'it in a log',
    ]);
    assert.deepEqual(leaks.inText('nothing', 'a log'), []);
  });

  test('has told no secret to any table or any log', async () => {
    const { cluster, tokens } = production;
    const leaks = Leaks.create([...cluster.secrets, ...tokens, ...canaries]);
    const found = await leaks.inServer(cluster.postgres.connection);
    for (const { url, output } of cluster.replicas) {
      found.push(...leaks.inText(output, `the log of ${url}`));
    }
    for (const server of [cluster.postgres, cluster.tenants]) {
      const log = await readFile(server.logFile, 'utf8');
      assert.ok(log.length > 0);
      found.push(...leaks.inText(log, server.logFile));
    }
    assert.deepEqual(found, []);
  });
}
