import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DurableResources, Machine, migrate } from '@slipway/operations';
import createKnex, { type Knex } from 'knex';
import { insertDatabase } from '../src/database/insertDatabase';

const SERVER = process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
if (!SERVER) {
  throw new Error(
    'Set BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING to a Postgres 18 on which databases may be made',
  );
}
const name = `crash_${randomUUID().slice(0, 8)}`;
const connection = Object.assign(new URL(SERVER), { pathname: `/${name}` });
const child = require.resolve('../src/__testUtils__/sendChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');
const DATABASES = 3;
const CHANGES = 8;

let admin: Knex;
let knex: Knex;
let server: Server;
let resources: DurableResources;
let received: { id: string; subject: string }[] = [];
/** Called before an event is answered; true when it is not. */
let onEvent: (n: number) => boolean = () => false;
const children = new Set<ChildProcess>();

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
  await admin.raw('CREATE DATABASE ??', [name]);
  knex = createKnex({ client: 'pg', connection: connection.href });
  await migrate(knex, {
    directory: path.resolve(__dirname, '../migrations'),
    tableName: 'knex_migrations',
  });
  resources = await DurableResources.create({
    knex,
    machines: [
      Machine.create(
        {
          kind: 'database',
          initial: 'requested',
          transitions: { requested: [] },
        },
        [],
      ),
    ],
  });
  let n = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', data => (body += data));
    request.on('end', () => {
      const { id, subject } = JSON.parse(body);
      n += 1;
      received.push({ id, subject });
      if (onEvent(n)) return;
      response.writeHead(204).end();
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
});

after(async () => {
  for (const each of children) each.kill('SIGKILL');
  server?.closeAllConnections();
  server?.close();
  await knex?.destroy();
  await admin?.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
  await admin?.destroy();
});

async function create(id: string, index: number) {
  await knex.transaction(async trx => {
    await insertDatabase(
      trx,
      {
        id,
        name: `events-${index}-${id.slice(0, 6)}`,
        environment: 'development',
        engine: 'postgres',
        owner: 'group:default/a',
        provider_id: 'shared',
        external_name: `events_${index}`,
        created_by: 'x',
      },
      {
        size: 'small',
        limits: {
          storageGiB: 1,
          connectionLimit: 5,
          statementTimeoutSeconds: 30,
        },
      },
    );
    await resources.createResource(trx, { id, kind: 'database', actor: 'x' });
  });
}

async function changeOwner(id: string) {
  await knex.transaction(trx =>
    resources.appendEvent(trx, {
      resourceId: id,
      type: 'owner.changed',
      data: { from: 'group:default/a', to: 'group:default/b' },
    }),
  );
}

/** Databases that change owners in turns; their events' ids by database, in order. */
async function happen() {
  const ids = Array.from({ length: DATABASES }, () => randomUUID());
  await Promise.all(ids.map((id, index) => create(id, index)));
  for (let change = 1; change < CHANGES; change += 1) {
    for (const id of ids) await changeOwner(id);
  }
  return ids;
}

function start(): ChildProcess {
  const { port } = server.address() as AddressInfo;
  const started = spawn(process.execPath, ['--require', transform, child], {
    env: {
      ...process.env,
      CONNECTION: connection.href,
      URL: `http://127.0.0.1:${port}/in`,
    },
    stdio: 'ignore',
  });
  children.add(started);
  return started;
}

async function until(what: string, condition: () => boolean) {
  const end = Date.now() + 120_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what}: did not come true`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

describe('a process killed while it sends events', () => {
  it('is followed by another, from which everything arrives in order, with one double at most for each kill', async () => {
    received = [];
    const ids = await happen();
    const total = DATABASES * CHANGES;
    // Before an answer, after one, and in the middle of a batch of another replica.
    const kills = [3, 9, 16];
    let running = [start()];
    let seen = 0;
    let killed = 0;
    onEvent = () => {
      seen += 1;
      if (seen !== kills[killed]) return false;
      // Whoever sends: the other is only waiting.
      const isAnswered = killed === 1;
      running.forEach(each => each.kill('SIGKILL'));
      running = [];
      killed += 1;
      return !isAnswered;
    };
    const relieve = async (index: number) => {
      await until(`kill ${index}`, () => killed > index);
      const from = Date.now();
      // Two replicas from then on, of which one sends when the lease of the dead one has ended.
      running = [start(), start()];
      const sent = received.length;
      await until('somebody goes on', () => received.length > sent);
      process.stdout.write(
        `kill ${index + 1}: relieved after ${Math.round((Date.now() - from) / 1000)} s\n`,
      );
    };
    for (const [index] of kills.entries()) await relieve(index);
    const unique = () => new Set(received.map(({ id }) => id)).size;
    await until('all arrive', () => unique() === total);
    running.forEach(each => each.kill('SIGKILL'));
    for (const id of ids) {
      const expected = await knex('operations_events')
        .where({ resource_id: id })
        .orderBy('id')
        .pluck('id');
      const arrived = received
        .filter(({ subject }) => subject === id)
        .map(event => event.id.split('-')[0]);
      assert.deepEqual([...new Set(arrived)], expected.map(String));
    }
    const doubles = received.length - total;
    process.stdout.write(`${doubles} doubles for ${kills.length} kills\n`);
    assert.ok(doubles <= kills.length, `${doubles} doubles`);
  });
});
