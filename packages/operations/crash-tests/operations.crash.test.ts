import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import createKnex, { type Knex } from 'knex';
import { silentLogger } from '../src/__testUtils__/silentLogger';
import { createDockMachine } from '../src/__testUtils__/dock';
import { DurableOperations } from '../src/DurableOperations';

const SERVER = process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
if (!SERVER) {
  throw new Error(
    'Set BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING to a Postgres 18 on which databases may be made',
  );
}

const name = `crash_${randomUUID().slice(0, 8)}`;
const connection = Object.assign(new URL(SERVER), {
  pathname: `/${name}`,
}).href;
const child = require.resolve('../src/__testUtils__/crashChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');

let admin: Knex;
let knex: Knex;
let outside: Server;
let operations: DurableOperations;
const made = new Map<string, number>();
/** Told when somebody begins to make something, which then does not end. */
let onHanging: (() => void) | undefined;
const fences = new Map<string, bigint>();

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
  await admin.raw(`CREATE DATABASE ??`, [name]);
  knex = createKnex({ client: 'pg', connection });
  // The outside: it has a memory of its own, which is what the tests judge by.
  outside = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://outside');
    const [, verb, thing] = url.pathname.split('/');
    if (verb === 'exists') {
      response.end(made.has(thing) ? 'yes' : 'no');
      return;
    }
    const dock = thing.slice(thing.indexOf('-') + 1);
    const fence = BigInt(url.searchParams.get('fence') ?? 0);
    if (fence < (fences.get(dock) ?? 0n)) {
      response.statusCode = 409;
    } else {
      fences.set(dock, fence);
      if (verb === 'remove') made.delete(thing);
      else made.set(thing, made.get(thing) ?? 1);
      if (verb === 'make' && onHanging) {
        onHanging();
        return;
      }
    }
    response.end('ok');
  }).listen(0, '127.0.0.1');
  operations = await DurableOperations.create({
    knex,
    pluginId: 'docks',
    machines: [
      createDockMachine({
        make: async () => undefined,
        exists: async () => false,
        remove: async () => undefined,
      }),
    ],
    logger: silentLogger,
  });
  await knex.raw('CREATE TABLE docks (operation_id text PRIMARY KEY)');
});

after(async () => {
  await operations?.stop();
  outside?.close();
  await knex?.destroy();
  await admin?.raw(`DROP DATABASE IF EXISTS ?? WITH (FORCE)`, [name]);
  await admin?.destroy();
});

let count = 0;
async function order(): Promise<{ operation: string; resource: string }> {
  const resource = `dock${(count += 1)}`;
  const { id } = await knex.transaction(async trx => {
    await operations.createResource(trx, {
      id: resource,
      kind: 'dock',
      actor: 'test',
    });
    return operations.startOperation(trx, {
      type: 'build',
      resourceId: resource,
      input: {},
      actor: 'test',
    });
  });
  return { operation: id, resource };
}

/** Runs a process until it ends or dies; says which points it passed. */
function run(
  operation: string,
  options: { killAt?: number; leaseMs?: number; sweepMs?: number } = {},
): Promise<{ signal: string | null; points: string[]; ms: number }> {
  return new Promise((resolve, reject) => {
    const begun = Date.now();
    const { port } = outside.address() as AddressInfo;
    const process_ = spawn(process.execPath, ['--require', transform, child], {
      env: {
        ...process.env,
        CONNECTION: connection,
        OUTSIDE: `http://127.0.0.1:${port}`,
        OPERATION: operation,
        KILL_AT: String(options.killAt ?? 0),
        LEASE_MS: String(options.leaseMs ?? ''),
        SWEEP_MS: String(options.sweepMs ?? ''),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    process_.stdout.on('data', data => (out += data));
    process_.stderr.on('data', data => (err += data));
    const watchdog = setTimeout(() => {
      process_.kill('SIGKILL');
      reject(new Error(`did not end in five minutes: ${out}${err}`));
    }, 300_000);
    process_.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      if (code) {
        reject(new Error(err));
        return;
      }
      resolve({
        signal,
        points: out.match(/^point .*$/gm) ?? [],
        ms: Date.now() - begun,
      });
    });
  });
}

async function judge(operation: string, resource: string) {
  assert.deepEqual(
    [...made.keys()].filter(k => k.endsWith(`-${resource}`)).sort(),
    [`basin-${resource}`, `gate-${resource}`],
  );
  const ended = await operations.getOperation(operation);
  assert.equal(ended.state, 'succeeded');
  assert.equal((await operations.getResource(resource)).state, 'ready');
  assert.equal(
    (await knex('docks').where({ operation_id: operation })).length,
    1,
  );
  const types = (await operations.listEvents({ resourceId: resource })).map(
    e => e.type,
  );
  for (const [type, times] of [
    ['operation.succeeded', 1],
    ['step.succeeded', 3],
    ['step.started', 3],
  ] as const) {
    assert.equal(types.filter(t => t === type).length, times, type);
  }
}

describe('a process killed at any point', () => {
  const quick = { leaseMs: 1500, sweepMs: 200 };

  it('is followed by another that ends the work exactly once', async () => {
    const clean = await order();
    const recorded = (await run(clean.operation, quick)).points;
    await judge(clean.operation, clean.resource);
    const commits = recorded.filter(p => p.includes('before commit')).length;
    const calls = recorded.filter(p => p.includes('before make')).length;
    assert.ok(commits >= 9 && calls === 2, recorded.join('\n'));

    const tried: number[] = [];
    const rest = recorded.map((_, index) => index + 1);
    const tryPoints = async () => {
      for (let killAt = rest.shift(); killAt; killAt = rest.shift()) {
        const { operation, resource } = await order();
        const killed = await run(operation, { ...quick, killAt });
        assert.equal(
          killed.signal,
          'SIGKILL',
          `was not tried: ${recorded[killAt - 1]}`,
        );
        tried.push(killed.points.length);
        await run(operation, quick);
        await judge(operation, resource);
      }
    };
    // One after the other: workers of one database take each other's operations.
    await tryPoints();
    assert.deepEqual(
      tried.sort((a, b) => a - b),
      recorded.map((_, index) => index + 1),
    );
    process.stdout.write(
      `${tried.length} points tried: ${calls} calls and ${commits} commits, before and after each\n`,
    );
  });

  it('is relieved within 15 seconds as configured by default', async () => {
    const { operation, resource } = await order();
    const recorded = await run(operation, { killAt: 6 });
    assert.equal(recorded.signal, 'SIGKILL');
    const died = Date.now();
    await run(operation);
    const seconds = (Date.now() - died) / 1000;
    await judge(operation, resource);
    assert.ok(seconds < 15, `took ${seconds} s`);
    process.stdout.write(`taken over and ended ${seconds} s after the kill\n`);
  });

  it('is followed by another that takes back what was called off while a step was under way', async () => {
    /** Runs until the outside hangs, is called off then, and dies where it is told to. */
    const callOff = async (killAt?: number) => {
      const { operation, resource } = await order();
      const cancel = () =>
        knex
          .transaction(trx =>
            operations.cancel(trx, { operationId: operation, actor: 'test' }),
          )
          .catch(error => assert.fail(error));
      let asked: Promise<void> | undefined;
      onHanging = () => {
        asked ??= cancel();
      };
      const { signal, points, ms } = await run(operation, { ...quick, killAt });
      // Killed before it came so far: whoever takes it over is told.
      await (asked ?? cancel());
      onHanging = undefined;
      if (killAt) await run(operation, quick);
      return { operation, resource, signal, points, ms };
    };
    const judgeCalledOff = async (operation: string, resource: string) => {
      assert.deepEqual(
        [...made.keys()].filter(k => k.endsWith(`-${resource}`)),
        [],
      );
      assert.equal(
        (await operations.getOperation(operation)).state,
        'cancelled',
      );
      assert.equal((await operations.getResource(resource)).state, 'gone');
      const types = (await operations.listEvents({ resourceId: resource })).map(
        e => e.type,
      );
      assert.equal(types.at(-1), 'operation.cancelled');
      for (const type of ['operation.cancelled', 'operation.requested']) {
        assert.equal(types.filter(t => t === type).length, 1, type);
      }
    };
    const clean = await callOff();
    await judgeCalledOff(clean.operation, clean.resource);
    // The outside never answered: it was cut short.
    assert.ok(clean.ms < 8_000, `took ${clean.ms} ms`);
    assert.equal(
      clean.points.filter(p => p.includes('before remove')).length,
      2,
      clean.points.join('\n'),
    );
    for (let killAt = 1; killAt <= clean.points.length; killAt += 1) {
      const { operation, resource, signal } = await callOff(killAt);
      assert.equal(
        signal,
        'SIGKILL',
        `was not tried: ${clean.points[killAt - 1]}`,
      );
      await judgeCalledOff(operation, resource);
    }
    process.stdout.write(
      `${clean.points.length} points tried of what is called off\n`,
    );
  });
});
