import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runMain } from './lib/advice.mjs';
import { root } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

// `npm run audit -- verify <export> …`. The verifier is TypeScript that Node 24 runs as it is, with nothing installed.
await runMain(async () => {
  const toolchain = await ensureToolchain(new Progress(process.stderr));
  const { status } = spawnSync(
    toolchain.node,
    [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      join(root, 'plugins', 'audit-node', 'src', 'chain', 'main.ts'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: toolchain.env },
  );
  return status ?? 1;
});
