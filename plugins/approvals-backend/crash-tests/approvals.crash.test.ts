import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { DurableResources, migrate } from '@slipway/operations';
import { approvalRequestSchema } from '@slipway/plugin-approvals-common';
import createKnex, { type Knex } from 'knex';
import { insertRequest } from '../src/database/insertRequest';
import { getRequest } from '../src/database/readRequests';
import { approvalMachine } from '../src/machine';

const SERVER = process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
if (!SERVER) {
  throw new Error(
    'Set BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING to a Postgres 18 on which databases may be made',
  );
}
const name = `approvals_crash_${randomUUID().slice(0, 8)}`;
const connection = Object.assign(new URL(SERVER), {
  pathname: `/${name}`,
}).href;
const child = require.resolve('../src/__testUtils__/crashChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');

let admin: Knex;
let knex: Knex;
let resources: DurableResources;
let outside: Server;
/** What came out of the process, by where it went. */
let heard: { path: string; body: any }[] = [];

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
  await admin.raw('CREATE DATABASE ??', [name]);
  knex = createKnex({ client: 'pg', connection });
  await migrate(knex, {
    directory: path.resolve(__dirname, '../migrations'),
    tableName: 'knex_migrations',
  });
  resources = await DurableResources.create({
    knex,
    machines: [approvalMachine],
  });
  outside = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    heard.push({
      path: request.url!.slice(1),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.end('{}');
  });
  await new Promise<void>(resolve => {
    outside.listen(0, '127.0.0.1', resolve);
  });
});

after(async () => {
  outside?.close();
  await knex?.destroy();
  await admin?.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
  await admin?.destroy();
});

function run(what: 'vote' | 'follow', approval: string, killAt = 0) {
  return new Promise<{ signal: string | null; points: string[] }>(
    (resolve, reject) => {
      const { port } = outside.address() as AddressInfo;
      const started = spawn(process.execPath, ['--require', transform, child], {
        env: {
          ...process.env,
          CONNECTION: connection,
          OUTSIDE: `http://127.0.0.1:${port}`,
          WHAT: what,
          APPROVAL: approval,
          KILL_AT: String(killAt),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      started.stdout.on('data', data => (out += data));
      started.stderr.on('data', data => (err += data));
      const watchdog = setTimeout(() => {
        started.kill('SIGKILL');
        reject(new Error(`did not end in two minutes: ${out}${err}`));
      }, 120_000);
      started.on('exit', (code, signal) => {
        clearTimeout(watchdog);
        if (code) reject(new Error(err));
        else resolve({ signal, points: out.match(/^point .*$/gm) ?? [] });
      });
    },
  );
}

/** A request of the databases plugin that one vote decides. */
async function requested(): Promise<string> {
  const id = randomUUID();
  await knex.transaction(trx =>
    insertRequest(resources, trx, {
      ...approvalRequestSchema.parse({
        subject: { kind: 'database-order', id },
        title: 'Order orders-db for production',
        digest: 'a'.repeat(64),
        rule: [{ groups: ['group:default/platform-team'], required: 1 }],
        requester: 'user:default/sam',
        owner: 'group:default/team-orders',
      }),
      id,
      caller: 'plugin:databases',
      expiresAfterHours: 10,
      remindAfterHours: [],
    }),
  );
  return id;
}

const changes = async (id: string) =>
  (await resources.listEvents({ resourceId: id })).map(
    ({ type, data }) => data.to ?? type,
  );
const outcomesOf = (id: string) =>
  heard.filter(
    ({ path: to, body }) => to === 'outcomes' && body.approvalId === id,
  );
const endTold = (id: string) =>
  heard.filter(
    ({ path: to, body }) =>
      to === 'notifications' && body.payload.scope === `approvals/${id}/end`,
  );

describe('a process killed while it takes a vote that decides', () => {
  beforeEach(() => {
    heard = [];
  });

  it('leaves no vote that is not counted, and nothing decided that is not carried out', async () => {
    // What comes first is told by then.
    await run('follow', await requested());
    const clean = await requested();
    const { points } = await run('vote', clean);
    assert.deepEqual(outcomesOf(clean).length, 1);
    assert.ok(points.length >= 8, points.join('\n'));
    let betweenVoteAndRest = 0;

    for (const [index, label] of points.entries()) {
      const id = await requested();
      const killed = await run('vote', id, index + 1);
      assert.equal(killed.signal, 'SIGKILL', `was not tried: ${label}`);
      const { state, votes } = await getRequest(knex, id);
      try {
        // The vote and what it decides are one.
        assert.equal(state, votes.length === 1 ? 'approved' : 'pending');
        const wasTaken = state === 'approved';
        if (wasTaken && outcomesOf(id).length === 0) betweenVoteAndRest += 1;

        // Nobody votes again: another process finds what is left to do by itself.
        await run('follow', id);
        if (!wasTaken) {
          assert.equal(outcomesOf(id).length, 0);
          await run('vote', id);
        }
        assert.equal((await getRequest(knex, id)).state, 'approved');
        assert.deepEqual(await changes(id), [
          'resource.created',
          'vote.cast',
          'approved',
        ]);
        // Once; twice when it died between that and its note of it, and then with the same position.
        for (const all of [outcomesOf(id), endTold(id)]) {
          assert.ok(all.length === 1 || all.length === 2, `${all.length}`);
        }
        assert.deepEqual(
          new Set(outcomesOf(id).map(({ body }) => body.state)),
          new Set(['approved']),
        );
        assert.equal(
          new Set(outcomesOf(id).map(({ body }) => body.position)).size,
          1,
        );
      } catch (error) {
        throw new Error(`Killed at ${label}`, { cause: error });
      }
    }
    // Else the test would not have tried what it is about.
    assert.ok(betweenVoteAndRest >= 2, `${betweenVoteAndRest}`);
    process.stdout.write(`${points.length} points tried\n`);
  });
});
