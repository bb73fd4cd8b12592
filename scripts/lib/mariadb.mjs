import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Advice } from './advice.mjs';
import { cacheDir, hashOf, logDir } from './paths.mjs';
import { outputOf, runLogged } from './run.mjs';

/** Names the folder of a MariaDB of the user's own: it holds `sbin/mariadbd` or `bin/mariadbd`. */
const OWN = 'SLIPWAY_TEST_MARIADB_HOME';

/** What Debian's server consists of; whatever is installed already does no harm. */
const PACKAGES = [
  'mariadb-server-core',
  'mariadb-client-core',
  'libaio1',
  'liburing2',
  'libnuma1',
  'libpcre2-8-0',
];

/**
 * @typedef {object} MariaDbFiles
 * @property {string} home - the folder with `bin`, `sbin` and `share`
 * @property {string[]} libraries - folders of libraries that are not installed
 */

/**
 * Makes sure of a MariaDB to test with: the one that the environment names, one that is installed, or Debian's packages laid
 * out in the user's cache, without root and without touching the system. For tests only.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<MariaDbFiles>}
 * @throws Advice where there is none and none can be fetched
 */
export async function ensureMariaDb(progress) {
  const homes = [
    process.env[OWN],
    '/usr',
    '/usr/local',
    '/opt/homebrew',
    ...(process.env.PATH ?? '')
      .split(delimiter)
      .filter(folder => /[\\/]s?bin$/.test(folder))
      .map(folder => join(folder, '..')),
  ].filter(Boolean);
  const installed = homes.find(home => programOf(home, 'mariadbd'));
  if (installed) {
    return { home: installed, libraries: [] };
  }
  if (!(await outputOf('apt-get', ['--version']))) {
    throw new Advice('There is no MariaDB to test with.', {
      wayOut: `Install MariaDB 10.6 or newer (brew install mariadb), or set ${OWN} to the folder of one that you have.`,
    });
  }
  const home = join(
    cacheDir(),
    `mariadb-${process.arch}-${hashOf(PACKAGES.join(), await candidates())}`,
  );
  if (!existsSync(home)) {
    await progress.step('Fetching MariaDB for tests', () => layOut(home));
  }
  const usr = join(home, 'usr');
  const libraries = [];
  for (const folder of [join(usr, 'lib'), join(home, 'lib')]) {
    for (const name of existsSync(folder) ? await readdir(folder) : []) {
      if (name.endsWith('-linux-gnu')) {
        libraries.push(join(folder, name));
      }
    }
  }
  return { home: usr, libraries };
}

/** The path of a program of this MariaDB, or undefined. */
export function programOf(home, name) {
  return ['sbin', 'bin', 'scripts', 'libexec']
    .map(folder => join(home, folder, name))
    .find(existsSync);
}

/** The versions that would be fetched, so that a newer one is taken when there is one. */
async function candidates() {
  return (await outputOf('apt-cache', ['policy', PACKAGES[0]])) ?? '';
}

async function layOut(home) {
  const draft = `${home}.${process.pid}`;
  const downloads = join(draft, 'downloads');
  await mkdir(downloads, { recursive: true });
  try {
    const options = {
      cwd: downloads,
      log: join(logDir(), 'fetch-mariadb.log'),
      what: 'MariaDB could not be fetched',
      wayOut: `Run apt-get update, install mariadb-server, or set ${OWN} to the folder of a MariaDB that you have.`,
    };
    await runLogged('apt-get', ['download', ...PACKAGES], options);
    for (const file of await readdir(downloads)) {
      await runLogged('dpkg-deb', ['--extract', file, draft], options);
    }
    await rm(downloads, { recursive: true });
    await rename(draft, home).catch(error => {
      // Another run was faster.
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
