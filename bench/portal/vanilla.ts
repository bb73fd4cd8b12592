import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, hashOf } from '../../scripts/lib/paths.mjs';
import { layOutBundle } from '../../scripts/production-bundle.mjs';
import type { Tools } from '../lib/toolchain.ts';

const run = promisify(execFile);

/** Raise it when this file makes something else from the same versions, so that a cached app is not taken. */
const recipe = 1;

/** Where the vanilla app is kept between runs. */
export interface VanillaApp {
  /** The runtime folder: bundle and production dependencies. */
  bundle: string;
}

/**
 * Makes a vanilla Backstage app of our release, once: rendered from the templates of `@backstage/create-app`, with our
 * pinned versions, laid out for production as ours is. Nothing of ours goes into it.
 *
 * @remarks
 *
 * Our lock file is where its versions come from, so that both sides run the same code wherever they use the same
 * package; Yarn adds only what we do not have.
 */
export async function makeVanillaApp(options: {
  root: string;
  tools: Tools;
  fresh: boolean;
}): Promise<VanillaApp> {
  const { root, tools, fresh } = options;
  const { resolutions } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const key = hashOf(String(recipe), JSON.stringify(resolutions));
  const folder = join(cacheDir(), 'bench', `vanilla-${key}`);
  const bundle = join(folder, 'bundle');
  if (fresh) {
    await rm(folder, { recursive: true, force: true });
  }
  if (existsSync(bundle)) {
    return { bundle };
  }

  await rm(folder, { recursive: true, force: true });
  const app = join(folder, 'app');
  await tools.progress.step('Rendering the vanilla app', async () => {
    const createApp = join(folder, 'create-app');
    await installCreateApp(createApp, root, resolutions, tools);
    await render(createApp, app);
    await pinVersions(app, root, resolutions);
  });
  await tools.progress.step('Installing its dependencies', () =>
    tools.yarn({
      cwd: app,
      args: ['install'],
      log: join(folder, 'install.log'),
      what: "The vanilla app's dependencies could not be installed",
    }),
  );
  await tools.progress.step('Building the vanilla app', () =>
    tools.yarn({
      cwd: app,
      args: ['workspace', 'backend', 'build'],
      log: join(folder, 'build.log'),
      what: 'The vanilla app could not be built',
    }),
  );
  const built = join(folder, 'built');
  await mkdir(built);
  for (const archive of ['skeleton.tar.gz', 'bundle.tar.gz']) {
    await run('tar', [
      '-xzf',
      join(app, 'packages/backend/dist', archive),
      '-C',
      built,
    ]);
  }
  await layOutBundle({
    toolchain: tools.toolchain,
    progress: tools.progress,
    source: app,
    built,
    files: ['app-config.yaml', 'app-config.production.yaml'],
    out: bundle,
    stamp: key,
  });
  // The source and its development dependencies are a gigabyte that nothing needs any more.
  await rm(join(app, 'node_modules'), { recursive: true, force: true });
  return { bundle };
}

async function installCreateApp(
  folder: string,
  root: string,
  resolutions: Record<string, string>,
  tools: Tools,
) {
  await mkdir(folder, { recursive: true });
  await cp(join(root, '.yarnrc.yml'), join(folder, '.yarnrc.yml'));
  await writeFile(join(folder, 'yarn.lock'), '');
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'create-app',
      private: true,
      dependencies: {
        '@backstage/create-app': resolutions['@backstage/create-app'],
      },
      resolutions,
    }),
  );
  await tools.yarn({
    cwd: folder,
    args: ['install'],
    log: join(folder, 'install.log'),
    what: '@backstage/create-app could not be installed',
  });
}

/**
 * Renders the default template with create-app's own code. Its command line would do the same, and also install with
 * whatever Yarn is on the PATH and fetch a lock file of the newest release.
 */
async function render(createApp: string, app: string) {
  const require = createRequire(join(createApp, 'package.json'));
  const packageFolder = join(
    require.resolve('@backstage/create-app/package.json'),
    '..',
  );
  const script = `
    const { templatingTask } = require(${JSON.stringify(join(packageFolder, 'dist/lib/tasks.cjs.js'))});
    templatingTask(
      ${JSON.stringify(join(packageFolder, 'templates/default-app'))},
      ${JSON.stringify(app)},
      { name: 'vanilla', defaultBranch: 'main' },
    ).catch(error => { console.error(error); process.exitCode = 1; });`;
  await run(process.execPath, ['--eval', script]);
}

async function pinVersions(
  app: string,
  root: string,
  resolutions: Record<string, string>,
) {
  const file = join(app, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  manifest.resolutions = { ...manifest.resolutions, ...resolutions };
  delete manifest.packageManager;
  await writeFile(file, JSON.stringify(manifest, null, 2));
  await cp(join(root, 'yarn.lock'), join(app, 'yarn.lock'));
  await cp(join(root, '.yarnrc.yml'), join(app, '.yarnrc.yml'));
}
