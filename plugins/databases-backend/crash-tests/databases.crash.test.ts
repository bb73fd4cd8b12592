import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DurableOperations, migrate } from '@slipway/operations';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import createKnex, { type Knex } from 'knex';
import { startTenants, type Tenants } from '../src/__testUtils__/startTenants';
import { insertBackup } from '../src/database/backups';
import { changeOwner } from '../src/database/changeOwner';
import { requestRevocationOfOthers } from '../src/database/personalLogins';
import { getDatabase } from '../src/database/readDatabases';
import { createDatabasesMachine } from '../src/operations/createDatabasesMachine';
import { BACKUP } from '../src/operations/backup';
import { HAND_ON } from '../src/operations/handOn';
import { RESTORE } from '../src/operations/restore';
import { KeyRing } from '../src/secrets/KeyRing';
import { SealedSecretStore } from '../src/secrets/SealedSecretStore';
import { Providers } from '../src/services/Providers';
import { insertDatabase } from '../src/database/insertDatabase';
import { PostgresDatabaseProvider } from '@slipway/plugin-databases-backend-module-postgres';
import { workloadSecret } from '../src/operations/target';

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
let folder: string;
let knex: Knex;
let tenants: Tenants;
let operations: DurableOperations;
let provider: PostgresDatabaseProvider;
let secrets: SealedSecretStore;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-crash-'));
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
  // Nothing here waits for approval.
  const approvals = {} as ApprovalsService;
  const policies = {} as PoliciesService;
  secrets = SealedSecretStore.create({
    knex,
    keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
  });
  operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silent,
    machines: [
      createDatabasesMachine({
        knex,
        providers,
        secrets,
        approvals,
        policies,
        protectionOf: () => ({}),
        groupsOf: async () => [],
      }),
    ],
  });
});

after(async () => {
  await operations?.stop();
  await provider?.close();
  await tenants?.stop();
  await knex?.destroy();
  await admin?.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
  await admin?.destroy();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
async function order() {
  const id = randomUUID();
  count += 1;
  const database = {
    id,
    name: `crash-${count}`,
    environment: 'development',
    engine: 'postgres' as const,
    owner: 'group:default/team',
  };
  const external = provider.externalName(database);
  const operation = await knex.transaction(async trx => {
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
    await operations.createResource(trx, { id, kind: 'database', actor: 'x' });
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
  return { id, external, operation: operation.id };
}

function run(operation: string, killAt = 0) {
  return new Promise<{ signal: string | null; points: string[] }>(
    (resolve, reject) => {
      const started = spawn(process.execPath, ['--require', transform, child], {
        env: {
          ...process.env,
          CONNECTION: connection,
          PORT: String(tenants.port),
          PASSWORD: tenants.password,
          OPERATION: operation,
          KILL_AT: String(killAt),
          FOLDER: folder,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      started.stdout.on('data', data => (out += data));
      started.stderr.on('data', data => (err += data));
      const watchdog = setTimeout(() => {
        started.kill('SIGKILL');
        operations
          .getOperation(operation)
          .then(
            seen =>
              reject(
                new Error(
                  `did not end in five minutes: ${JSON.stringify(seen)} ${out}${err}`,
                ),
              ),
            reject,
          );
      }, 300_000);
      started.on('exit', (code, signal) => {
        clearTimeout(watchdog);
        if (code) reject(new Error(err));
        else resolve({ signal, points: out.match(/^point .*$/gm) ?? [] });
      });
    },
  );
}

/** The judge lists the server, not our tables. */
async function judge(made: Awaited<ReturnType<typeof order>>) {
  const { rows: databases } = await tenants.admin.query(
    `SELECT datname FROM pg_database WHERE datname LIKE $1`,
    [`${made.external}%`],
  );
  assert.deepEqual(databases, [{ datname: made.external }]);
  const { rows: roles } = await tenants.admin.query(
    `SELECT rolname, rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole AS mighty
       FROM pg_roles WHERE rolname LIKE $1`,
    [`${made.external}%`],
  );
  assert.equal(roles.length, 6, JSON.stringify(roles));
  assert.equal(roles.filter(r => r.mighty).length, 0);
  const logins = roles.filter(r => r.rolcanlogin);
  assert.equal(logins.length, 1, JSON.stringify(roles));
  const application = await tenants.connect({
    user: logins[0].rolname,
    password: await secrets.read(workloadSecret(made.id, 1)),
    database: made.external,
  });
  await application.query('CREATE TABLE works (); DROP TABLE works');
  await application.end();
  assert.equal((await operations.getResource(made.id)).state, 'ready');
}

const NEW_OWNER = 'group:default/others';

/** A database with a live login that its new owner would not give. */
async function handedOn() {
  const made = await order();
  await run(made.operation);
  const loginId = randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { username } = await provider.credentials.personal.grant(
    { id: made.id, externalName: made.external },
    {
      loginId,
      person: 'user:default/x',
      access: 'read-only',
      expiresAt,
      password: randomUUID(),
    },
    { idempotencyKey: loginId, fence: await operations.getFence(made.id) },
  );
  await knex('personal_logins').insert({
    id: loginId,
    database_id: made.id,
    user_ref: 'user:default/x',
    username,
    access: 'read-only',
    state: 'active',
    created_at: knex.fn.now(),
    expires_at: expiresAt,
  });
  const operation = await knex.transaction(async trx => {
    await changeOwner(trx, await getDatabase(trx, made.id), {
      owner: NEW_OWNER,
      actor: 'x',
    });
    await requestRevocationOfOthers(trx, made.id, []);
    return operations.startOperation(trx, {
      type: HAND_ON,
      resourceId: made.id,
      actor: 'x',
      input: { providerId: 'shared' },
    });
  });
  return { ...made, operation: operation.id, username };
}

/** The server names the new owner and has the login no more; the application has lost nothing. */
async function judgeHandedOn(made: Awaited<ReturnType<typeof handedOn>>) {
  await judge(made);
  const { rows } = await tenants.admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname = $1`,
    [made.username],
  );
  assert.deepEqual(rows, []);
  const owned = await provider.listOwned();
  assert.equal(owned.find(({ id }) => id === made.id)?.owner, NEW_OWNER);
  assert.deepEqual(
    await knex('personal_logins')
      .where({ database_id: made.id })
      .pluck('state'),
    ['revoked'],
  );
}

describe('a process killed while it hands a database on', () => {
  it('is followed by another that ends with the new owner on the server and no login of others', async () => {
    const clean = await handedOn();
    const recorded = (await run(clean.operation)).points;
    await judgeHandedOn(clean);
    assert.ok(recorded.length >= 4, recorded.join('\n'));
    for (let killAt = 1; killAt <= recorded.length; killAt += 1) {
      const made = await handedOn();
      const killed = await run(made.operation, killAt);
      assert.equal(
        killed.signal,
        'SIGKILL',
        `was not tried: ${recorded[killAt - 1]}`,
      );
      await run(made.operation);
      await judgeHandedOn(made);
      process.stdout.write(`${recorded[killAt - 1]}: relieved\n`);
    }
    process.stdout.write(`${recorded.length} points tried\n`);
  });
});

describe('a process killed while it makes a database', () => {
  it('is followed by another that ends with exactly one database and one login', async () => {
    const clean = await order();
    const recorded = (await run(clean.operation)).points;
    await judge(clean);
    assert.ok(recorded.length >= 8, recorded.join('\n'));
    let tried = 0;
    for (let killAt = 1; killAt <= recorded.length; killAt += 1) {
      const made = await order();
      const killed = await run(made.operation, killAt);
      assert.equal(
        killed.signal,
        'SIGKILL',
        `was not tried: ${recorded[killAt - 1]}`,
      );
      await run(made.operation);
      await judge(made);
      tried += 1;
      process.stdout.write(`${recorded[killAt - 1]}: relieved\n`);
    }
    assert.equal(tried, recorded.length);
    process.stdout.write(`${tried} points tried\n`);
  });
});

/** How many processes are killed at a time: most of the time they wait for a lease to end. */
const AT_ONCE = 4;

/** Begins a backup, or a restore of a backup. */
async function beginBackup(id: string, restoreFrom?: string) {
  return knex.transaction(async trx => {
    const record = await getDatabase(trx, id);
    const backupId = await insertBackup(trx, record, {
      kind: 'on-request',
      keepDays: 1,
      createdBy: 'x',
      provider,
    });
    const { id: operation } = await operations.startOperation(trx, {
      type: restoreFrom ? RESTORE : BACKUP,
      resourceId: id,
      actor: 'x',
      input: {
        providerId: 'shared',
        backupId,
        ...(restoreFrom && { restoreFrom }),
      },
    });
    return { operation, backupId };
  });
}

/** A database with something in it. */
async function filled() {
  const made = await order();
  await run(made.operation);
  await inside(made, `CREATE TABLE tents AS SELECT 'red' AS name`);
  return { ...made, before: await onServer(made) };
}

async function inside(made: { id: string; external: string }, sql: string) {
  const { rows: logins } = await tenants.admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname LIKE $1 AND rolcanlogin`,
    [`${made.external}%`],
  );
  assert.equal(logins.length, 1, JSON.stringify(logins));
  const application = await tenants.connect({
    user: logins[0].rolname,
    password: await secrets.read(workloadSecret(made.id, 1)),
    database: made.external,
  });
  const { rows } = await application.query(sql);
  await application.end();
  return rows;
}

/** All that is on the server which is of this database, its scratch databases included. */
async function onServer({ id }: { id: string }) {
  const ours: string[] = await knex('database_backups')
    .where({ database_id: id })
    .pluck('scratch_id');
  const { rows } = await tenants.admin.query(
    `SELECT rolname AS name FROM pg_roles WHERE shobj_description(oid, 'pg_authid') ~ $1
      UNION ALL
     SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') ~ $1 ORDER BY 1`,
    [[id, ...ours].join('|')],
  );
  return rows.map(row => row.name as string);
}

/** Every backup is kept once and proven, and the server has what it had. */
async function judgeBackup(made: Awaited<ReturnType<typeof filled>>) {
  const backups = await knex('database_backups').where({
    database_id: made.id,
  });
  for (const backup of backups) {
    assert.equal(backup.state, 'kept', backup.problem);
    assert.ok(backup.proven_at);
  }
  const known = await knex('database_backup_files').pluck('name');
  const files = await readdir(path.join(folder, made.id));
  for (const { file } of backups) {
    assert.ok(files.includes(path.basename(file)));
  }
  // What an attempt left is known, and is removed by the sweep.
  for (const file of files) {
    assert.ok(known.includes(`${made.id}/${file}`), file);
  }
  assert.deepEqual(await onServer(made), made.before);
  assert.deepEqual(await inside(made, 'SELECT * FROM tents'), [
    { name: 'red' },
  ]);
  assert.equal((await operations.getResource(made.id)).state, 'ready');
}

/** Tries each of these points, some at a time; each lane has a database of its own. */
async function killAtEach(
  points: { number: number; label: string }[],
  tryOne: (
    made: Awaited<ReturnType<typeof filled>>,
    killAt: number,
  ) => Promise<{ signal: string | null }>,
) {
  const left = [...points];
  let tried = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const made = await filled();
      for (let next = left.shift(); next; next = left.shift()) {
        const { signal } = await tryOne(made, next.number);
        const isTried = signal === 'SIGKILL';
        if (isTried) tried += 1;
        process.stdout.write(
          `${next.label}: ${isTried ? 'relieved' : 'not reached'}\n`,
        );
      }
    }),
  );
  process.stdout.write(`${tried} of ${points.length} points tried\n`);
  // What is busy for a moment is entered in another way, so that not each run has the same points.
  assert.ok(tried >= points.length / 2);
}

/** The first of each two: after one change of the server is before the next. */
function everySecond(points: string[], from = 0) {
  return points
    .map((label, index) => ({ label, number: index + 1 }))
    .slice(from)
    .filter((_, index) => index % 2 === 0);
}

describe('a process killed while it backs up or restores', () => {
  let backupPoints: string[];

  it('is followed by another that ends with one proven backup and nothing beside it', async () => {
    const clean = await filled();
    backupPoints = (await run((await beginBackup(clean.id)).operation)).points;
    await judgeBackup(clean);
    assert.ok(backupPoints.length >= 10, backupPoints.join('\n'));
    await killAtEach(everySecond(backupPoints), async (made, killAt) => {
      const { operation } = await beginBackup(made.id);
      const killed = await run(operation, killAt);
      await run(operation);
      await judgeBackup(made);
      return killed;
    });
  });

  it('is followed by another that ends with what was in the backup', async () => {
    const begin = async (made: Awaited<ReturnType<typeof filled>>) => {
      const { operation, backupId } = await beginBackup(made.id);
      await run(operation);
      await inside(made, `UPDATE tents SET name = 'blue'`);
      return (await beginBackup(made.id, backupId)).operation;
    };
    const clean = await filled();
    const recorded = (await run(await begin(clean))).points;
    await judgeBackup(clean);
    // It begins with a backup, which was tried above.
    const own = everySecond(recorded, backupPoints.length);
    assert.ok(own.length >= 2, recorded.join('\n'));
    await killAtEach(own, async (made, killAt) => {
      const operation = await begin(made);
      const killed = await run(operation, killAt);
      await run(operation);
      await judgeBackup(made);
      return killed;
    });
  });
});
