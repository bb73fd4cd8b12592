import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runMain } from './lib/advice.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/paths.mjs';
import { withPreparation } from './lib/preparation.mjs';
import { Progress } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

// The command itself runs in our own Node, whatever Node this is: scripts/policies/main.mjs.
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
      `--require=${join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs')}`,
      join(root, 'scripts', 'policies', 'main.mjs'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: toolchain.env },
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
});
