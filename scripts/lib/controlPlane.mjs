import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Advice } from './advice.mjs';
import { takeLock } from './lock.mjs';
import { cacheDir, hashOf, logDir, root } from './paths.mjs';
import { outputOf, runLogged } from './run.mjs';

const source = join(root, 'packages', 'test-servers', 'control-plane');

/** What is built of it so far; the go.mod beside names the rest of a control plane too. */
const PROGRAMS = {
  etcd: {
    module: 'go.etcd.io/etcd/server/v3',
    own: 'SLIPWAY_TEST_ETCD',
  },
  'kube-apiserver': {
    module: 'k8s.io/kubernetes/cmd/kube-apiserver',
    own: 'SLIPWAY_TEST_KUBE_APISERVER',
  },
};

/**
 * Makes sure of the servers behind a Kubernetes API: those that the environment names, or those that Go builds from
 * their modules. Built once for all clones, in about eight minutes on two cores.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<NodeJS.ProcessEnv>} the variables that say where they are
 */
export async function ensureControlPlane(progress) {
  const version = await kubernetesVersion();
  const home = join(
    cacheDir(),
    `control-plane-${process.platform}-${process.arch}-${hashOf(await readFile(join(source, 'go.sum')), version)}`,
  );
  const env = {};
  for (const [name, { module, own }] of Object.entries(PROGRAMS)) {
    env[own] = process.env[own] || join(home, name);
    if (!process.env[own] && !existsSync(env[own])) {
      await build({ name, module, own, home, version, progress });
    }
  }
  return env;
}

async function build({ name, module, own, home, version, progress }) {
  if (!(await outputOf('go', ['version']))) {
    throw new Advice(`${name} cannot be built: there is no Go on the PATH.`, {
      wayOut: `Install Go 1.26 or newer, or set ${own} to a ${name} that you have.`,
    });
  }
  await mkdir(home, { recursive: true });
  const path = join(home, name);
  const lock = await waitForLock(`${path}.lock`);
  try {
    if (existsSync(path)) return;
    await progress.step(
      `Building ${name} (some minutes, once on this machine)`,
      async () => {
        const building = `${path}.${process.pid}`;
        await runLogged(
          // What else runs on this machine goes first.
          'nice',
          [
            '-n',
            '10',
            'go',
            'build',
            '-p',
            '1',
            '-trimpath',
            '-ldflags',
            `-s -w -X k8s.io/component-base/version.gitVersion=${version}`,
            '-o',
            building,
            module,
          ],
          {
            cwd: source,
            env: { ...process.env, CGO_ENABLED: '0' },
            log: join(logDir(), `build-${name}.log`),
            what: `${name} could not be built`,
          },
        );
        await rename(building, path);
      },
    );
  } finally {
    lock.release();
  }
}

async function kubernetesVersion() {
  const text = await readFile(join(source, 'go.mod'), 'utf8');
  return /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(text)[1];
}

async function waitForLock(path) {
  for (;;) {
    const lock = takeLock(path);
    if (!lock.holder) return lock;
    await sleep(500);
  }
}
