import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Advice } from './advice.mjs';
import { hashOf, logDir, root } from './paths.mjs';
import { runLogged } from './run.mjs';
import { listWorkspaces, readOptional } from './sources.mjs';

const GIB = 1024 ** 3;
/** What node_modules takes, with room for Yarn's own cache and the build. */
const INSTALL_NEEDS = 4 * GIB;

/**
 * Installs the packages of the lock file, unless the last install ended well with the same lock file and manifests.
 * The stamp is taken away before an install begins and written when it has ended: a half-finished one is repeated.
 *
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {import('./progress.mjs').Progress} progress
 */
export async function ensureInstalled(toolchain, progress) {
  const stamp = join(root, 'node_modules', '.slipway-installed');
  const wanted = await stateOfManifests();
  if ((await readOptional(stamp)) === wanted) {
    return;
  }
  await progress.step('Installing packages', async () => {
    if (!existsSync(join(root, 'node_modules'))) {
      await checkSpace(root, INSTALL_NEEDS, 'to install the packages');
    }
    await rm(stamp, { force: true });
    await runLogged(
      toolchain.node,
      [toolchain.yarn, 'install', '--immutable'],
      {
        cwd: root,
        env: toolchain.env,
        log: join(logDir(), 'install.log'),
        what: 'The packages could not be installed',
        wayOut:
          'If the network failed, run the same command again. If yarn.lock does not fit the manifests (YN0028), run "npm run yarn -- install".',
      },
    );
    await mkdir(join(root, 'node_modules'), { recursive: true });
    await writeFile(stamp, wanted);
  });
}

async function stateOfManifests() {
  const workspaces = await listWorkspaces();
  const files = [
    join(root, 'package.json'),
    join(root, 'yarn.lock'),
    join(root, '.yarnrc.yml'),
    ...[...workspaces.values()].map(each => join(each.dir, 'package.json')),
  ];
  const contents = await Promise.all(files.sort().map(path => readFile(path)));
  return hashOf(process.platform, process.arch, ...contents);
}

/**
 * Refuses to begin what could not be finished for lack of space.
 *
 * @param {string} dir - an existing folder on the disk in question
 * @param {number} bytes
 * @param {string} purpose - ends the sentence
 */
export async function checkSpace(dir, bytes, purpose) {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free < bytes) {
    const gib = value => (value / GIB).toFixed(1);
    throw new Advice(
      `The disk is nearly full: ${dir} has ${gib(free)} GiB free, and ${gib(bytes)} GiB are needed ${purpose}.`,
      {
        wayOut:
          'Free some space, or choose another disk with SLIPWAY_DATA_DIR and SLIPWAY_CACHE_DIR.',
      },
    );
  }
}
