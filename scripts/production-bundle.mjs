/**
 * Makes the folder that production runs: the backend's bundle with the app inside, its production dependencies only, and
 * the configuration. The image copies what this script makes; the production test and the benchmark run it as it is.
 *
 *   node scripts/production-bundle.mjs [--out <folder>]
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Advice, runMain } from './lib/advice.mjs';
import { ensurePortal } from './lib/build.mjs';
import { checkSpace, ensureInstalled } from './lib/install.mjs';
import { hashOf, logDir, root } from './lib/paths.mjs';
import { withPreparation } from './lib/preparation.mjs';
import { Progress } from './lib/progress.mjs';
import { runLogged } from './lib/run.mjs';
import { hashSources, readOptional } from './lib/sources.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

/** What Yarn needs to install the production dependencies. */
const manifests = [
  'package.json',
  'yarn.lock',
  '.yarnrc.yml',
  'backstage.json',
];

/** What the portal reads at run time beside its code. */
const ownFiles = [
  'app-config.yaml',
  'app-config.production.yaml',
  'deploy/healthcheck.mjs',
];

/** Folders that the configuration may refer to, copied when they are there. */
const ownFolders = ['templates', 'policies'];

/**
 * What Node is told when it runs a bundle; the image says the same.
 *
 * - Half the young generation that Node 24 takes for itself on 64 bits, which saves more than 100 MiB of resident memory. What
 *   it costs under load is being measured: see bench/README.md.
 * - Compiled code of the modules, made with the bundle, so that a start does not compile them.
 *
 * @param {string} bundle - its folder
 */
export function bundleEnvironment(bundle) {
  return {
    NODE_OPTIONS: '--max-semi-space-size=16',
    NODE_COMPILE_CACHE: join(bundle, '.compile-cache'),
    // The cache may be moved with the bundle.
    NODE_COMPILE_CACHE_PORTABLE: '1',
  };
}

const GIB = 1024 ** 3;
const bundleNeeds = 2 * GIB;

/**
 * Makes this repository's production bundle, or leaves the one that is there when nothing has changed since.
 *
 * @param {{ out?: string, progress: Progress }} options
 * @returns {Promise<string>} the folder; `node packages/backend --config …` runs there
 */
export async function ensureProductionBundle({ out, progress }) {
  const target = resolve(out ?? join(root, '.cache', 'production'));
  const { toolchain, portal } = await withPreparation(progress, async () => {
    const tools = await ensureToolchain(progress);
    await ensureInstalled(tools, progress);
    return {
      toolchain: tools,
      portal: await ensurePortal(tools, progress),
    };
  });

  const stamp = join(target, '.slipway-bundle');
  const wanted = hashOf(
    basename(portal),
    ...(await Promise.all(
      [...manifests, ...ownFiles, 'scripts/production-bundle.mjs'].map(file =>
        readFile(join(root, file)),
      ),
    )),
    await hashSources(
      ownFolders.map(folder => join(root, folder)).filter(existsSync),
    ),
  );
  if ((await readOptional(stamp)) === wanted) {
    return target;
  }
  if (existsSync(target) && !existsSync(stamp)) {
    throw new Advice(`${target} exists and is no production bundle.`, {
      wayOut: 'Name another folder with --out, or remove it yourself.',
    });
  }
  await layOutBundle({
    toolchain,
    progress,
    source: root,
    built: portal,
    files: [...ownFiles, ...ownFolders],
    out: target,
    stamp: wanted,
    finish: draft => compileModules({ toolchain, progress, bundle: draft }),
  });
  return target;
}

/** Loads the modules once, which leaves their compiled code in the bundle. */
async function compileModules({ toolchain, progress, bundle }) {
  await progress.step('Compiling the modules', () =>
    runLogged(
      toolchain.node,
      [
        '--eval',
        `require('./packages/backend/dist/createPortalBackend.cjs.js').createPortalBackend()`,
      ],
      {
        cwd: bundle,
        env: {
          ...toolchain.env,
          NODE_ENV: 'production',
          ...bundleEnvironment(bundle),
        },
        log: join(logDir(), 'production-compile.log'),
        what: 'The modules of the production bundle could not be loaded',
      },
    ),
  );
}

/**
 * Lays out a runtime folder from an unpacked backend bundle. It appears under its name only when it is complete.
 *
 * @param {object} options
 * @param {import('./lib/toolchain.mjs').Toolchain} options.toolchain
 * @param {Progress} options.progress
 * @param {string} options.source - the repository with the lock file
 * @param {string} options.built - where `skeleton.tar.gz` and `bundle.tar.gz` have been unpacked
 * @param {string[]} options.files - what to copy from the source beside the manifests; what is not there is left out
 * @param {string} options.out
 * @param {string} options.stamp - goes into the finished folder
 * @param {(draft: string) => Promise<void>} [options.finish] - what else is to be done before it appears
 */
export async function layOutBundle(options) {
  const { toolchain, progress, source, built, files, out, stamp, finish } =
    options;
  const draft = `${out}.draft-${process.pid}`;
  await mkdir(dirname(out), { recursive: true });
  await checkSpace(dirname(out), bundleNeeds, 'for the production bundle');
  try {
    await progress.step('Installing production dependencies', async () => {
      for (const file of [...manifests, ...files]) {
        if (existsSync(join(source, file))) {
          await cp(join(source, file), join(draft, file), { recursive: true });
        }
      }
      for (const folder of ['packages', 'plugins']) {
        if (existsSync(join(built, folder))) {
          await cp(join(built, folder), join(draft, folder), {
            recursive: true,
            // The local portal borrows the repository's packages by links; here they are installed.
            filter: path => basename(path) !== 'node_modules',
          });
        }
      }
      await runLogged(
        toolchain.node,
        [toolchain.yarn, 'workspaces', 'focus', '--all', '--production'],
        {
          cwd: draft,
          // The lock file names workspaces that the bundle leaves out. Versions still come from it alone.
          env: { ...toolchain.env, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
          log: join(logDir(), 'production-install.log'),
          what: 'The production dependencies could not be installed',
        },
      );
    });
    await finish?.(draft);
    await writeFile(join(draft, '.slipway-bundle'), stamp);
    await rm(out, { recursive: true, force: true });
    await rename(draft, out);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const { values } = parseArgs({ options: { out: { type: 'string' } } });
    const out = await ensureProductionBundle({
      out: values.out,
      progress: new Progress(),
    });
    console.log(`The production bundle is in ${out}`);
  });
}
