import { spawnSync } from 'node:child_process';
import { runMain } from './lib/advice.mjs';
import { Progress } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

// `npm run yarn -- <arguments>`: this repository's Yarn on this repository's Node, for whoever has neither.
await runMain(async () => {
  const toolchain = await ensureToolchain(new Progress(process.stderr));
  const { status } = spawnSync(
    toolchain.node,
    [toolchain.yarn, ...process.argv.slice(2)],
    { stdio: 'inherit', env: toolchain.env },
  );
  return status ?? 1;
});
