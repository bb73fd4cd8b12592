import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runMain } from './lib/advice.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/paths.mjs';
import { withPreparation } from './lib/preparation.mjs';
import { Progress } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

// The benchmarks themselves are TypeScript, run by Node 24 as they are: bench/run.ts.
await runMain(async () => {
  const progress = new Progress();
  const toolchain = await withPreparation(progress, async () => {
    const tools = await ensureToolchain(progress);
    await ensureInstalled(tools, progress);
    return tools;
  });
  const child = spawn(
    toolchain.node,
    [
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      join(root, 'bench', 'run.ts'),
      ...process.argv.slice(2),
    ],
    // By the channel it hears of our end, also when we are killed.
    { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: toolchain.env },
  );
  // Ctrl-C reaches the benchmark as well, which stops what it started; then it is our turn.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
});
