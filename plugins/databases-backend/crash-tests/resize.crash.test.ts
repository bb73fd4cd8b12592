import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DurableOperations, migrate } from '@slipway/operations';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { PostgresDatabaseProvider } from '@slipway/plugin-databases-backend-module-postgres';
import createKnex, { type Knex } from 'knex';
import { silentLogger } from '../src/__testUtils__/silentLogger';
import { startTenants, type Tenants } from '../src/__testUtils__/startTenants';
import type { DatabasesConfig } from '../src/config';
import { insertDatabase } from '../src/database/insertDatabase';
import { getDatabase } from '../src/database/readDatabases';
import { createDatabasesMachine } from '../src/operations/createDatabasesMachine';
import { KeyRing } from '../src/secrets/KeyRing';
import { SealedSecretStore } from '../src/secrets/SealedSecretStore';
import { beginResize } from '../src/services/changes/beginResize';
import { Providers } from '../src/services/Providers';

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
const child = require.resolve('../src/__testUtils__/resizeCrashChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');

const small = {
  storageGiB: 1,
  connectionLimit: 5,
  statementTimeoutSeconds: 30,
};
const medium = { ...small, storageGiB: 4, connectionLimit: 10 };
const large = { ...small, storageGiB: 8, connectionLimit: 20 };
const config = {
  sizes: { small, medium, large },
  quotas: [],
  approvals: [
    {
      environment: 'development',
      sizes: ['large'],
      groups: ['group:default/platform-team'],
      required: 1,
    },
  ],
} as unknown as DatabasesConfig;

/** How many processes are killed at a time: most of the time they wait for a lease to end. */
const AT_ONCE = 3;
/** In how many of their turns another worker takes the operation at most. */
const TURNS = 6;

let admin: Knex;
let knex: Knex;
let tenants: Tenants;
let operations: DurableOperations;
let provider: PostgresDatabaseProvider;
let approvals: Server;
/** What was asked, by subject; approvals have a memory of their own. */
const asked = new Map<
  string,
  { id: string; state: string; keys: Set<string> }
>();

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
  await admin.raw('CREATE DATABASE ??', [name]);
  knex = createKnex({ client: 'pg', connection });
  await migrate(knex, {
    directory: path.resolve(__dirname, '../migrations'),
    tableName: 'knex_migrations',
  });
  tenants = await startTenants();
  provider = PostgresDatabaseProvider.create({
    id: 'shared',
    title: 'Shared Postgres',
    environments: ['development'],
    version: '18',
    maxConcurrency: 4,
    locks: { suspendAfter: 3 },
    connection: {
      host: '127.0.0.1',
      port: tenants.port,
      user: 'provisioner',
      password: tenants.password,
    },
  });
  const providers = new Providers();
  providers.addProvider(provider);
  operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silentLogger,
    machines: [
      createDatabasesMachine({
        knex,
        providers,
        secrets: SealedSecretStore.create({
          knex,
          keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
        }),
        approvals: {} as ApprovalsService,
        policies: {} as PoliciesService,
        protectionOf: () => ({}),
        groupsOf: async () => [],
      }),
    ],
  });
  // Whoever is asked says yes at once.
  approvals = createServer((request, response) => {
    let text = '';
    request.on('data', data => (text += data));
    request.on('end', () => {
      const { subject, idempotencyKey } = JSON.parse(text);
      const known = asked.get(subject.id);
      if (request.url === '/request') {
        const one = known ?? {
          id: randomUUID(),
          state: 'approved',
          keys: new Set<string>(),
        };
        one.keys.add(idempotencyKey);
        asked.set(subject.id, one);
      }
      response.end(JSON.stringify(asked.get(subject.id) ?? {}));
    });
  }).listen(0, '127.0.0.1');
});

after(async () => {
  approvals?.close();
  await operations?.stop();
  await provider?.close();
  await tenants?.stop();
  await knex?.destroy();
  await admin?.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
  await admin?.destroy();
});

let count = 0;

/** A database that is there. */
async function made() {
  const id = randomUUID();
  count += 1;
  const database = {
    id,
    name: `resized-${count}`,
    environment: 'development',
    engine: 'postgres' as const,
    owner: 'group:default/team',
  };
  const external = provider.externalName(database);
  await knex.transaction(async trx => {
    await insertDatabase(
      trx,
      {
        ...database,
        provider_id: 'shared',
        external_name: external,
        created_by: 'user:default/x',
      },
      { size: 'small', limits: small },
    );
    await operations.createResource(trx, { id, kind: 'database', actor: 'x' });
    await operations.startOperation(trx, {
      type: 'create',
      resourceId: id,
      actor: 'x',
      input: {
        providerId: 'shared',
        spec: { ...database, size: 'small', limits: small },
        slot: 'a',
        revision: 1,
      },
    });
  });
  await run(id);
  return { id, external };
}

/** A database for which another size was asked. */
async function resizing(size: 'medium' | 'large') {
  const database = await made();
  await knex.transaction(async trx => {
    await operations.hold(trx, database.id);
    const record = await getDatabase(trx, database.id);
    const latest = await operations.latestOperations([database.id], trx);
    await beginResize(
      {
        operations,
        trx,
        record,
        last: latest.get(database.id),
        actor: 'user:default/x',
      },
      size,
      { config, provider },
    );
  });
  return database;
}

function run(databaseId: string, killAt = 0) {
  return new Promise<{ signal: string | null; points: string[] }>(
    (resolve, reject) => {
      const { port } = approvals.address() as AddressInfo;
      const started = spawn(process.execPath, ['--require', transform, child], {
        env: {
          ...process.env,
          CONNECTION: connection,
          PORT: String(tenants.port),
          PASSWORD: tenants.password,
          DATABASE: databaseId,
          KILL_AT: String(killAt),
          APPROVALS: `http://127.0.0.1:${port}`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      started.stdout.on('data', data => (out += data));
      started.stderr.on('data', data => (err += data));
      const watchdog = setTimeout(() => {
        started.kill('SIGKILL');
        reject(new Error(`did not end in five minutes: ${out}${err}`));
      }, 300_000);
      started.on('exit', (code, signal) => {
        clearTimeout(watchdog);
        if (code) reject(new Error(err));
        else resolve({ signal, points: out.match(/^point .*$/gm) ?? [] });
      });
    },
  );
}

/** The judge looks at the server and at what approvals were asked, and that it was done once. */
async function judge(
  { id, external }: { id: string; external: string },
  size: 'medium' | 'large',
) {
  const { rows } = await tenants.admin.query(
    'SELECT datconnlimit FROM pg_database WHERE datname = $1',
    [external],
  );
  const { connectionLimit } = size === 'large' ? large : medium;
  assert.deepEqual(rows, [{ datconnlimit: connectionLimit }]);
  const record = await getDatabase(knex, id);
  assert.deepEqual(
    [record.state, record.revision, record.spec.size],
    ['ready', 2, size],
  );
  const begun = await knex('operations_operations').where({
    resource_id: id,
    type: 'resize',
  });
  assert.equal(begun.length, 1);
  const changes = await knex('database_pending_changes').where({
    database_id: id,
  });
  assert.equal(changes.length, size === 'large' ? 1 : 0);
  for (const change of changes) {
    assert.ok(change.ended_at);
    assert.deepEqual([...asked.get(change.id)!.keys], [change.id]);
  }
  const types = (await operations.listEvents({ resourceId: id })).map(
    ({ type }) => type,
  );
  const times = (type: string) => types.filter(each => each === type).length;
  assert.equal(times('operation.succeeded'), 2);
  assert.equal(times('resize.approved'), changes.length);
  assert.equal(times('resize.ended'), 0);
}

describe('a process killed while it changes a size', () => {
  for (const size of ['medium', 'large'] as const) {
    it(`is followed by another that ends with that size, once (${size})`, async () => {
      const clean = await resizing(size);
      const recorded = (await run(clean.id)).points;
      await judge(clean, size);
      assert.ok(recorded.length >= 8, recorded.join('\n'));
      if (size === 'large') {
        assert.ok(recorded.some(each => each.includes('before /request')));
      }
      // What is done on the server is tried without the question, and the question without that; the first of each two, for after one
      // change is before the next.
      const left = recorded
        .map((label, index) => ({ label, killAt: index + 1 }))
        .filter(
          ({ label }) => label.includes('outside') === (size === 'medium'),
        )
        .filter((_, index) => index % 2 === 0);
      const untried: string[] = [];
      const tryPoint = async ({ killAt }: { killAt: number }) => {
        const database = await resizing(size);
        const { signal } = await run(database.id, killAt);
        await run(database.id);
        await judge(database, size);
        return signal === 'SIGKILL';
      };
      const tryPoints = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          // Workers of one database take each other's operations, so that not each run has the same points.
          let isTried = false;
          for (let turn = 0; !isTried && turn < TURNS; turn += 1) {
            isTried = await tryPoint(next);
          }
          if (!isTried) untried.push(next.label);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, tryPoints));
      assert.deepEqual(untried, []);
    });
  }
});
