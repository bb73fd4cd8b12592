import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const VARIABLE = 'SLIPWAY_TEST_MOTO_SERVER';

/** Starts moto, which answers as AWS does, with nothing in it. */
export async function startMoto(): Promise<{
  port: number;
  stop(): Promise<void>;
}> {
  const given = process.env[VARIABLE];
  if (!given) {
    throw new Error(
      `${VARIABLE} says where moto_server is, as JSON; run \`npm run test:all -- engines\``,
    );
  }
  const directory = await fs.mkdtemp(`${os.tmpdir()}/slipway-moto-`);
  const port = await freePort();
  const server = spawn(
    JSON.parse(given),
    ['-H', '127.0.0.1', '-p', String(port)],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', chunk => (log += chunk));
  for (let attempt = 0; ; attempt++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/moto-api/`).then(
      answer => answer.ok,
      () => false,
    );
    if (isUp) break;
    if (attempt === 300 || server.exitCode !== null) {
      throw new Error(`moto did not start: ${log}`);
    }
    await sleep(100);
  }
  return {
    port,
    async stop() {
      const gone = new Promise(resolve => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await fs.rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        resolve(address && typeof address === 'object' ? address.port : 0),
      );
    });
  });
}
