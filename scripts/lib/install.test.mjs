// A half-finished install is repeated, a finished one is not. Tried with the real Yarn in a small repository of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, runNode, temporaryFolder } from '../tests/support.mjs';
import { Advice } from './advice.mjs';
import { checkSpace } from './install.mjs';
import { root } from './paths.mjs';

const script = `
  import { ensureToolchain } from './scripts/lib/toolchain.mjs';
  import { ensureInstalled } from './scripts/lib/install.mjs';
  import { runMain } from './scripts/lib/advice.mjs';
  import { Progress } from './scripts/lib/progress.mjs';
  await runMain(async () => {
    const progress = new Progress();
    await ensureInstalled(await ensureToolchain(progress), progress);
  });`;

async function smallRepository(t) {
  const folder = await temporaryFolder(t);
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const processes = join('packages', 'local-stack', 'src', 'processes');
  cpSync(join(root, processes), join(folder, processes), { recursive: true });
  mkdirSync(join(folder, 'plugins'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "small" }');
  writeFileSync(join(folder, 'yarn.lock'), '');
  writeFileSync(join(folder, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
  const env = {
    SLIPWAY_DATA_DIR: join(folder, '.local'),
    // The lock file is made here, and may be on CI too.
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  };
  const install = () =>
    runNode(['--input-type=module', '-e', script], env, folder);
  return { folder, env, install };
}

test('a finished install is not repeated, a changed manifest is installed', async t => {
  const { folder, install } = await smallRepository(t);
  const yarn = join(folder, 'write-lock.mjs');
  writeFileSync(
    yarn,
    script.replace(
      'await ensureInstalled(await ensureToolchain(progress), progress);',
      `
    const toolchain = await ensureToolchain(progress);
    const { runLogged } = await import('./scripts/lib/run.mjs');
    await runLogged(toolchain.node, [toolchain.yarn, 'install'], { env: toolchain.env, log: '.local/lock.log', what: 'lock' });`,
    ),
  );
  assert.equal(
    (
      await runNode(
        [yarn],
        {
          SLIPWAY_DATA_DIR: join(folder, '.local'),
          YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
        },
        folder,
      )
    ).code,
    0,
  );

  const first = await install();
  assert.equal(first.code, 0, first.output);
  assert.match(first.output, /Installing packages/);
  assert.doesNotMatch((await install()).output, /Installing packages/);

  // What a kill in the middle leaves: packages, but no stamp.
  rmSync(join(folder, 'node_modules', '.slipway-installed'));
  assert.match((await install()).output, /✓ Installing packages/);

  // A manifest that the lock file does not fit: refused, said, and no stamp.
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "small", "dependencies": { "yaml": "^2.0.0" } }',
  );
  const unfit = await install();
  assert.equal(unfit.code, 1);
  assert.match(unfit.output, /The packages could not be installed/);
  assert.match(unfit.output, /npm run yarn -- install/);
  assert.match(unfit.output, /Log: .*install\.log/);
  assert.ok(!existsSync(join(folder, 'node_modules', '.slipway-installed')));
});

test('an install that is killed in the middle is repeated', async t => {
  const { folder, env, install } = await smallRepository(t);
  // A Yarn that hangs, in place of a slow network.
  const slow = script.replace(
    'await ensureToolchain(progress), progress',
    '{ ...(await ensureToolchain(progress)), yarn: "./hang.mjs" }, progress',
  );
  writeFileSync(join(folder, 'hang.mjs'), 'setInterval(() => {}, 1000);');
  const stamp = join(folder, 'node_modules', '.slipway-installed');
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(stamp, 'of an earlier state');
  const child = spawn(process.execPath, ['--input-type=module', '-e', slow], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await eventually('the stamp is taken away', () => !existsSync(stamp));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(!existsSync(stamp));
  assert.match((await install()).output, /Installing packages/);
});

test('a disk without space is refused before anything is written', async () => {
  // A file system that has no free blocks at all.
  const full = process.platform === 'linux' ? '/proc' : '/dev';
  assert.ok(statSync(full).isDirectory());
  await assert.rejects(checkSpace(full, 1024, 'to try it'), error => {
    assert.ok(error instanceof Advice);
    assert.match(
      error.message,
      /The disk is nearly full: .* has 0\.0 GiB free/,
    );
    return true;
  });
});
