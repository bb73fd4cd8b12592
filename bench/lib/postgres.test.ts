import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('a Postgres ends with a benchmark that is killed', async t => {
  const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  t.after(() => rm(work, { recursive: true, force: true, maxRetries: 5 }));
  const module = new URL('./postgres.ts', import.meta.url).href;
  const script = `
    import { chmodSync } from 'node:fs';
    import { createPostgres } from ${JSON.stringify(module)};
    chmodSync(${JSON.stringify(work)}, 0o755);
    const server = await createPostgres({ name: 'killed', work: ${JSON.stringify(work)} });
    await server.start();
    console.log(server.connection.port);`;
  const benchmark = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      '--input-type=module',
      '-e',
      script,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = Number(String((await once(benchmark.stdout, 'data'))[0]));
  assert.ok(await answers(port));
  benchmark.kill('SIGKILL');
  await once(benchmark, 'exit');
  const end = Date.now() + 30_000;
  while (await answers(port)) {
    assert.ok(Date.now() < end, 'It still answers after 30 seconds');
    await sleep(100);
  }
});
