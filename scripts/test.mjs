import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runMain } from './lib/advice.mjs';
import { requireGit } from './lib/git.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { parse } from './lib/options.mjs';
import { root } from './lib/paths.mjs';
import { withPreparation } from './lib/preparation.mjs';
import { Progress } from './lib/progress.mjs';
import { ensurePythonTools } from './lib/python.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

const usage = `npm test -- [--all] [--list] [<suite>]...

  --all    also what needs long builds or kills (npm run test:all)
  --list   say which suites there are
`;

await runMain(async () => {
  const { values } = parse(
    process.argv.slice(2),
    {
      all: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    usage,
    true,
  );
  if (values.help) {
    console.log(usage);
    return 0;
  }
  await requireGit();
  const progress = new Progress();
  const [toolchain, tools] = await Promise.all([
    withPreparation(progress, async () => {
      const found = await ensureToolchain(progress);
      await ensureInstalled(found, progress);
      return found;
    }),
    ensurePythonTools(progress),
  ]);
  tools.missing.forEach(text => progress.line(`! ${text}`));

  // The suites themselves run in our own Node, whatever Node this is.
  const child = spawn(
    toolchain.node,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'scripts', 'lib', 'runSuites.mjs'),
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...toolchain.env,
        PATH: [...tools.path, toolchain.env.PATH].join(':'),
      },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
});
