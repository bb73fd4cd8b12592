import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DurableOperations, migrate } from '@slipway/operations';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import { PostgresDatabaseProvider } from '@slipway/plugin-databases-backend-module-postgres';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import createKnex, { type Knex } from 'knex';
import { startTenants, type Tenants } from '../src/__testUtils__/startTenants';
import { findFormerLogin } from '../src/database/formerLogins';
import { insertDatabase } from '../src/database/insertDatabase';
import { getDatabase } from '../src/database/readDatabases';
import { createDatabasesMachine } from '../src/operations/createDatabasesMachine';
import { RENEW } from '../src/operations/renew';
import { RETIRE } from '../src/operations/retire';
import { REVOKE } from '../src/operations/revoke';
import { SWITCH_BACK } from '../src/operations/switchBack';
import { workloadSecret } from '../src/operations/target';
import { KeyRing } from '../src/secrets/KeyRing';
import { SealedSecretStore } from '../src/secrets/SealedSecretStore';
import { Providers } from '../src/services/Providers';

const SERVER = process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
if (!SERVER) {
  throw new Error(
    'Set BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING to a Postgres 18 on which databases may be made',
  );
}
const child = require.resolve('../src/__testUtils__/crashChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');
const silent = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silent,
};
const limits = {
  storageGiB: 1,
  connectionLimit: 5,
  statementTimeoutSeconds: 30,
};

let admin: Knex;
let tenants: Tenants;
let provider: PostgresDatabaseProvider;

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
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
});

after(async () => {
  await provider?.close();
  await tenants?.stop();
  await admin?.destroy();
});

let count = 0;
interface Made {
  id: string;
  external: string;
}

/** A portal with a database of its own: workers of one take each other's operations. */
async function openPortal() {
  const name = `crash_${randomUUID().slice(0, 8)}`;
  await admin.raw('CREATE DATABASE ??', [name]);
  const connection = Object.assign(new URL(SERVER!), {
    pathname: `/${name}`,
  }).href;
  const knex = createKnex({ client: 'pg', connection });
  await migrate(knex, {
    directory: path.resolve(__dirname, '../migrations'),
    tableName: 'knex_migrations',
  });
  const providers = new Providers();
  providers.addProvider(provider);
  const secrets = SealedSecretStore.create({
    knex,
    keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
  });
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silent,
    machines: [
      createDatabasesMachine({
        knex,
        providers,
        secrets,
        approvals: {} as ApprovalsService,
        policies: {} as PoliciesService,
        protectionOf: () => ({}),
        groupsOf: async () => [],
      }),
    ],
  });
  return {
    ready,
    run,
    finish,
    begin,
    judge,
    async close() {
      await operations.stop();
      await knex.destroy();
      await admin.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
    },
  };

  /** A database that is ready, with the login of slot a. */
  async function ready() {
    const id = randomUUID();
    count += 1;
    const database = {
      id,
      name: `turns-${count}`,
      environment: 'development',
      engine: 'postgres' as const,
      owner: 'group:default/team',
    };
    const external = provider.externalName(database);
    const { id: operation } = await knex.transaction(async trx => {
      await insertDatabase(
        trx,
        {
          ...database,
          provider_id: 'shared',
          external_name: external,
          created_by: 'user:default/x',
        },
        { size: 'small', limits },
      );
      await operations.createResource(trx, {
        id,
        kind: 'database',
        actor: 'x',
      });
      return operations.startOperation(trx, {
        type: 'create',
        resourceId: id,
        actor: 'x',
        input: {
          providerId: 'shared',
          spec: { ...database, size: 'small', limits },
          slot: 'a',
          revision: 1,
        },
      });
    });
    await finish(operation);
    return { id, external };
  }
  function run(operation: string, killAt = 0) {
    return new Promise<{ signal: string | null; points: string[] }>(
      (resolve, reject) => {
        const started = spawn(
          process.execPath,
          ['--require', transform, child],
          {
            env: {
              ...process.env,
              CONNECTION: connection,
              PORT: String(tenants.port),
              PASSWORD: tenants.password,
              OPERATION: operation,
              KILL_AT: String(killAt),
              FOLDER: '/nowhere',
            },
            stdio: ['ignore', 'pipe', 'pipe'],
          },
        );
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

  /** Runs it to its end; another process may be killed with it in its hands. */
  async function finish(operation: string): Promise<string[]> {
    const { points } = await run(operation);
    const { finishedAt } = await operations.getOperation(operation);
    return finishedAt ? points : finish(operation);
  }

  async function begin(
    { id }: Made,
    type: string,
    login: { slot: 'a' | 'b'; revision: number },
  ) {
    const { id: operation } = await knex.transaction(trx =>
      operations.startOperation(trx, {
        type,
        resourceId: id,
        actor: 'x',
        input: {
          providerId: 'shared',
          ...login,
          // In an emergency nothing of before lives on.
          ...(type !== REVOKE && { undoHours: 24 }),
        },
      }),
    );
    return operation;
  }

  /** The judge logs in on the server: exactly these logins work, with the passwords that are kept. */
  async function judge(
    made: Made,
    expected: {
      inUse: { slot: string; revision: number };
      former?: { slot: string; revision: number };
    },
  ) {
    const { inUse, former } = expected;
    const record = await getDatabase(knex, made.id);
    assert.equal(record.state, 'ready');
    assert.deepEqual(
      { slot: record.workload_slot, revision: record.workload_revision },
      inUse,
    );
    const kept = await findFormerLogin(knex, made.id);
    assert.deepEqual(
      kept && { slot: kept.slot, revision: kept.revision },
      former,
    );
    const logins = [inUse, ...(former ? [former] : [])];
    const { rows } = await tenants.admin.query(
      `SELECT right(rolname, 1) AS slot FROM pg_roles WHERE rolname ~ $1 AND rolcanlogin`,
      [`^${made.external}_[ab]$`],
    );
    assert.deepEqual(
      rows.map(row => row.slot).sort(),
      logins.map(({ slot }) => slot).sort(),
    );
    for (const { slot, revision } of logins) {
      const application = await tenants.connect({
        user: `${made.external}_${slot}`,
        password: await secrets.read(workloadSecret(made.id, revision)),
        database: made.external,
      });
      await application.query('CREATE TABLE works (); DROP TABLE works');
      await application.end();
    }
    assert.deepEqual(
      await knex('sealed_secrets')
        .where('id', workloadSecret(made.id, 1).id)
        .orderBy('revision')
        .pluck('revision'),
      logins.map(({ revision }) => revision).sort(),
    );
  }
}

const A1 = { slot: 'a', revision: 1 } as const;
const B2 = { slot: 'b', revision: 2 } as const;
const A3 = { slot: 'a', revision: 3 } as const;
/** What a database goes through, and how it stands after each. */
const TURNS = [
  { type: RENEW, login: B2, then: { inUse: B2, former: A1 } },
  { type: SWITCH_BACK, login: A1, then: { inUse: A1, former: B2 } },
  { type: SWITCH_BACK, login: B2, then: { inUse: B2, former: A1 } },
  { type: RETIRE, login: A1, then: { inUse: B2 } },
  { type: REVOKE, login: A3, then: { inUse: A3 } },
];
/** How many at a time: most of the time they wait for a lease to end. */
const AT_ONCE = 4;

describe('a process killed while it changes logins', () => {
  it('is followed by another that ends with the logins that are meant, and no others', async () => {
    const portal = await openPortal();
    const clean = await portal.ready();
    const points: { turn: number; killAt: number; label: string }[] = [];
    for (const [turn, { type, login, then }] of TURNS.entries()) {
      const recorded = await portal.finish(
        await portal.begin(clean, type, login),
      );
      await portal.judge(clean, then);
      assert.ok(recorded.length >= 1, type);
      recorded.forEach((label, index) => {
        // After one change of the server is before the next.
        if (index % 2 === 0 || index === recorded.length - 1) {
          points.push({ turn, killAt: index + 1, label: `${type} ${label}` });
        }
      });
    }
    await portal.close();
    // The second way back is the first again.
    const left = points.filter(({ turn }) => turn !== 2);
    const untried: string[] = [];
    const tryPoints = async () => {
      const { ready, begin, run, finish, judge, close } = await openPortal();
      for (let next = left.shift(); next; next = left.shift()) {
        const made = await ready();
        for (const { type, login } of TURNS.slice(0, next.turn)) {
          await finish(await begin(made, type, login));
        }
        const { type, login, then } = TURNS[next.turn];
        const operation = await begin(made, type, login);
        const { signal } = await run(operation, next.killAt);
        if (signal !== 'SIGKILL') untried.push(next.label);
        await finish(operation);
        await judge(made, then);
      }
      await close();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, tryPoints));
    assert.deepEqual(untried, []);
  });
});
