import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres } from './startPostgres.ts';

async function ask(connectionString: string, sql: string) {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

test('a real Postgres 18, gone without a trace afterwards', async () => {
  const postgres = await startPostgres({ settings: { work_mem: '5MB' } });
  const { connectionString } = postgres;
  assert.match(
    (await ask(connectionString, 'SHOW server_version')).server_version,
    /^18\./,
  );
  assert.equal((await ask(connectionString, 'SHOW work_mem')).work_mem, '5MB');
  assert.equal(
    (await ask(connectionString, 'SHOW synchronous_commit')).synchronous_commit,
    'on',
  );
  await postgres.stop();
  assert.ok(!existsSync(dirname(postgres.log)));
  await assert.rejects(ask(connectionString, 'SELECT 1'), /ECONNREFUSED/);
});

test('what a killed test run has left is removed by the next', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('./startPostgres.ts', import.meta.url).href)};
    const postgres = await startPostgres();
    console.log(JSON.stringify(postgres));`;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const abandoned = JSON.parse(String(line));
  child.kill('SIGKILL');
  await once(child, 'exit');

  const next = await startPostgres();
  await sleep(100);
  assert.ok(!existsSync(dirname(abandoned.log)));
  await assert.rejects(
    ask(abandoned.connectionString, 'SELECT 1'),
    /ECONNREFUSED/,
  );
  await next.stop();
});
