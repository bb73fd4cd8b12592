import { existsSync } from 'node:fs';
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { logDir, portalsDir, root } from './paths.mjs';
import { runLogged } from './run.mjs';
import {
  dependencyClosure,
  hashSources,
  listWorkspaces,
  readOptional,
} from './sources.mjs';

/** Writes down what is secret; the files after the first are its parts. */
const [secretSchemaScript, ...secretSchemaParts] = [
  'writeSecretSchema.mjs',
  'pruneSchema.mjs',
].map(file => join(root, 'scripts', 'lib', file));

/** How many built portals are kept; one of them may still be running. */
const KEPT = 3;

/**
 * Builds the portal for production, unless this very portal has been built before.
 *
 * What is built is what a company ships: the backend's bundle with the app in it. It is unpacked beside links to the
 * workspaces' built copies; everything else resolves upwards to the repository's own node_modules.
 *
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<string>} the folder of the portal, with `packages/backend` to run
 */
export async function ensurePortal(toolchain, progress) {
  const workspaces = await listWorkspaces();
  const shared = await Promise.all(
    ['package.json', 'yarn.lock', 'app-config.yaml'].map(
      async file => (await readOptional(join(root, file))) ?? '',
    ),
  );
  const appHash = await hashSources(
    dependencyClosure(workspaces, 'app'),
    shared,
  );
  const backendHash = await hashSources(
    dependencyClosure(workspaces, 'backend', ['app']),
    [
      ...shared,
      appHash,
      ...(await Promise.all(
        [secretSchemaScript, ...secretSchemaParts].map(readOptional),
      )),
    ],
  );
  const portal = join(portalsDir, backendHash);
  if (existsSync(portal)) {
    const now = new Date();
    await utimes(portal, now, now);
    return portal;
  }
  const appStamp = join(workspaces.get('app').dir, 'dist', '.slipway-built');
  const appIsBuilt = (await readOptional(appStamp)) === appHash;
  await progress.step(
    appIsBuilt ? 'Building the backend' : 'Building the portal',
    async () => {
      if (!appIsBuilt) {
        await rm(appStamp, { force: true });
      }
      await runLogged(
        toolchain.node,
        [
          join(root, 'node_modules', '.bin', 'backstage-cli'),
          'package',
          'build',
        ],
        {
          cwd: workspaces.get('backend').dir,
          env: {
            ...toolchain.env,
            NODE_ENV: 'production',
            SLIPWAY_APP_IS_BUILT: appIsBuilt ? '1' : '0',
          },
          log: join(logDir(), 'build.log'),
          what: 'The portal could not be built',
        },
      );
      await access(dirname(appStamp));
      await writeFile(appStamp, appHash);
      await unpack(toolchain, workspaces, portal);
    },
  );
  await removeOld(portal);
  return portal;
}

async function unpack(toolchain, workspaces, portal) {
  await mkdir(portalsDir, { recursive: true });
  const draft = await mkdtemp(join(portalsDir, '.draft-'));
  try {
    const dist = join(workspaces.get('backend').dir, 'dist');
    for (const archive of ['skeleton.tar.gz', 'bundle.tar.gz']) {
      await runLogged('tar', ['-xzf', join(dist, archive), '-C', draft], {
        log: join(logDir(), 'unpack.log'),
        what: 'The built portal could not be unpacked',
      });
    }
    for (const [name, { dir }] of workspaces) {
      const place = relative(root, dir);
      if (!existsSync(join(draft, place, 'package.json'))) {
        continue;
      }
      const link = join(draft, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(relative(dirname(link), join(draft, place)), link);
      // Yarn keeps a dependency beside the workspace when the root holds another version of it.
      const nested = join(dir, 'node_modules');
      if (existsSync(nested)) {
        await symlink(nested, join(draft, place, 'node_modules'));
      }
    }
    await runLogged(toolchain.node, [secretSchemaScript], {
      cwd: draft,
      env: toolchain.env,
      log: join(logDir(), 'build.log'),
      what: 'What is secret in the configuration could not be found out',
    });
    await rename(draft, portal);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeOld(current) {
  const names = await readdir(portalsDir);
  const portals = await Promise.all(
    names.map(async name => {
      const path = join(portalsDir, name);
      return { path, used: (await stat(path)).mtimeMs };
    }),
  );
  portals.sort((a, b) => b.used - a.used);
  for (const { path } of portals.slice(KEPT)) {
    if (path !== current) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
