import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Advice } from '../Advice.ts';
import { SupervisedProcess } from '../supervisor/SupervisedProcess.ts';
import { onEnd } from '../testing/onEnd.ts';
import {
  serverOptions,
  startServer,
  temporaryFolder,
} from '../testing/startServer.ts';
import { ensureDataDirectory } from './dataDirectory.ts';
import { findPostgres } from './binaries.ts';
import { preparePostgres } from './PostgresServer.ts';
import { ensureRoles, withClient } from './roles.ts';
import { chooseServerUser } from './serverUser.ts';

/** The postmaster's pid, from its own file. */
function postmasterPid(dataDir: string): number {
  const { home } = chooseServerUser(dataDir);
  const file = join(home, 'postgres-portal', 'postmaster.pid');
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

test('what was committed survives kill -9, and the supervisor starts the server again', async t => {
  const dataDir = temporaryFolder(t);
  const { server, connection } = await startServer(
    t,
    await serverOptions(dataDir),
  );
  await withClient(connection, async client => {
    await client.query('CREATE TABLE kept (number int)');
    await client.query('INSERT INTO kept SELECT generate_series(1, 1000)');
  });
  const recovered = once(server, 'recovered');
  const killed = postmasterPid(dataDir);
  process.kill(killed, 'SIGKILL');
  await recovered;

  assert.notEqual(postmasterPid(dataDir), killed);
  const { rows } = await withClient(connection, client =>
    client.query('SELECT count(*)::int AS number FROM kept'),
  );
  assert.equal(rows[0].number, 1000);
});

test('it is durable, asks for a password, and listens on the loopback address only', async t => {
  const { connection } = await startServer(
    t,
    await serverOptions(temporaryFolder(t)),
  );
  await withClient(connection, async client => {
    const setting = async (name: string) =>
      (await client.query(`SHOW ${name}`)).rows[0][name];
    for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      assert.equal(await setting(name), 'on', name);
    }
    assert.equal(await setting('listen_addresses'), '127.0.0.1');
    assert.equal(await setting('password_encryption'), 'scram-sha-256');
    assert.match(await setting('server_version'), /^18\./);
  });
  await assert.rejects(
    withClient({ ...connection, password: 'guess' }, async () => {}),
    /password authentication failed/,
  );
});

test('the portal’s role may make databases and is no superuser; asking twice changes nothing', async t => {
  const { connection } = await startServer(
    t,
    await serverOptions(temporaryFolder(t)),
  );
  const role = {
    name: 'portal',
    password: "a'quoted\\password",
    options: ['CREATEDB' as const],
    database: 'portal_own',
  };
  await ensureRoles(connection, [role]);
  await ensureRoles(connection, [role]);
  const as = { ...connection, user: role.name, password: role.password };
  await withClient(as, async client => {
    await client.query('CREATE DATABASE another');
    await assert.rejects(
      client.query('CREATE ROLE intruder'),
      /permission denied to create role/,
    );
  });
  await withClient({ ...as, database: 'portal_own' }, client =>
    client.query('CREATE TABLE own ()'),
  );
  const { rows } = await withClient(connection, client =>
    client.query(
      "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'portal'",
    ),
  );
  assert.deepEqual(rows[0], {
    rolsuper: false,
    rolcreatedb: true,
    rolcreaterole: false,
    rolbypassrls: false,
  });
});

test('a pid file whose pid belongs to another program by now does not keep it from starting', async t => {
  const dataDir = temporaryFolder(t);
  const options = await serverOptions(dataDir);
  const first = await startServer(t, options);
  const { home } = chooseServerUser(dataDir);
  const file = join(home, 'postgres-portal', 'postmaster.pid');
  const content = readFileSync(file, 'utf8');
  await first.server.stop();
  // This test's own pid: alive, and no Postgres.
  writeFileSync(
    file,
    content.replace(/^\d+/, String(process.ppid || process.pid)),
  );
  const second = await startServer(t, options);
  await withClient(second.connection, client => client.query('SELECT 1'));
});

test('a server that outlived its supervisor is stopped and its data taken over', async t => {
  const dataDir = temporaryFolder(t);
  const options = await serverOptions(dataDir);
  const first = await startServer(t, options);
  await withClient(first.connection, client =>
    client.query('CREATE TABLE inherited ()'),
  );
  const pid = postmasterPid(dataDir);
  // The first supervisor is still there in this test, and would start it again at once.
  await Promise.all([
    startServer(t, options).then(async ({ connection }) => {
      assert.notEqual(postmasterPid(dataDir), pid);
      await withClient(connection, client =>
        client.query('SELECT * FROM inherited'),
      );
    }),
    once(first.server, 'restarting').then(() => first.server.stop()),
  ]);
});

test('data of another major version is refused with both versions', async t => {
  const dataDir = temporaryFolder(t);
  const options = await serverOptions(dataDir);
  await preparePostgres(options);
  const user = chooseServerUser(dataDir);
  const file = join(user.home, 'postgres-portal', 'PG_VERSION');
  assert.equal((await readFile(file, 'utf8')).trim(), '18');
  await writeFile(file, '17\n');
  await assert.rejects(preparePostgres(options), (error: unknown) => {
    assert.ok(error instanceof Advice);
    assert.match(
      error.message,
      /was made by Postgres 17, and this is Postgres 18/,
    );
    assert.match(error.wayOut ?? '', /pg_dumpall of version 17/);
    return true;
  });
});

test('a half-made data directory is made anew, and nothing of it stays', async t => {
  const dataDir = temporaryFolder(t);
  const { home } = chooseServerUser(dataDir);
  const drafts = ['draft', '0a1b2c3d.draft'].map(end =>
    join(home, `postgres-portal.${end}`),
  );
  for (const draft of drafts) {
    mkdirSync(draft, { recursive: true });
    writeFileSync(join(draft, 'PG_VERSION'), '18\n');
  }
  writeFileSync(join(home, 'postgres-portal.0a1b2c3d.password'), 'of old');
  const { connection } = await startServer(t, await serverOptions(dataDir));
  await withClient(connection, client => client.query('SELECT 1'));
  assert.deepEqual(
    readdirSync(home).filter(name => /draft|password/.test(name)),
    [],
  );
});

test('what Postgres says against a new database is passed on with a way out, and nothing stays', async t => {
  const dataDir = temporaryFolder(t);
  const user = chooseServerUser(dataDir);
  await assert.rejects(
    ensureDataDirectory({
      dataDir,
      name: 'postgres-portal',
      superuser: 'pg_reserved',
      password: 'a-password-for-tests',
      binaries: await findPostgres(user),
      user,
    }),
    (error: unknown) => {
      assert.ok(error instanceof Advice);
      assert.match(error.message, /"pg_reserved" is disallowed/);
      assert.doesNotMatch(error.message, /--pwfile/);
      assert.match(error.wayOut ?? '', /run the same command again/);
      return true;
    },
  );
  assert.deepEqual(
    readdirSync(user.home).filter(name => name.startsWith('postgres-portal')),
    [],
  );
});

test('a predecessor that goes on its own is waited for', async t => {
  const dataDir = temporaryFolder(t);
  const options = await serverOptions(dataDir);
  const first = await startServer(t, options);
  const { spec } = await preparePostgres(options);
  // Without the step that would stop it: as when it cannot be told whose it is.
  const second = new SupervisedProcess({ ...spec, prepare: undefined });
  onEnd(t, () => second.stop());
  const starting = second.start();
  // Long enough to ask at the port, where the first one still answers.
  await sleep(1500);
  await Promise.all([starting, first.server.stop()]);
  await withClient(first.connection, client => client.query('SELECT 1'));
});
