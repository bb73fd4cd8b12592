import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Advice } from './advice.mjs';
import { cacheDir, hashOf, logDir } from './paths.mjs';
import { outputOf, runLogged } from './run.mjs';

/**
 * @typedef {object} ServerFiles
 * @property {string} home - the folder with `bin`, and `sbin` and `share` where there are
 * @property {string[]} libraries - folders of libraries that are not installed
 */

/**
 * Makes sure of a server to test with: the one that the environment names, one that is installed, or Debian's packages laid
 * out in the user's cache, without root and without touching the system. For tests only.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @param {object} wanted
 * @param {string} wanted.title - "MariaDB"
 * @param {string} wanted.program - what the server's program is called
 * @param {string} wanted.variable - names the folder of a server of the user's own
 * @param {string[]} wanted.packages - what Debian's server consists of, the server first; whatever is installed already
 *   does no harm
 * @param {string} wanted.wayOut - what to install where there are no packages of Debian
 * @returns {Promise<ServerFiles>}
 * @throws Advice where there is none and none can be fetched
 */
export async function ensureServer(progress, wanted) {
  const { title, program, variable, packages, wayOut } = wanted;
  const homes = [
    process.env[variable],
    '/usr',
    '/usr/local',
    '/opt/homebrew',
    ...(process.env.PATH ?? '')
      .split(delimiter)
      .filter(folder => /[\\/]s?bin$/.test(folder))
      .map(folder => join(folder, '..')),
  ].filter(Boolean);
  const installed = homes.find(home => programOf(home, program));
  if (installed) {
    return { home: installed, libraries: [] };
  }
  if (!(await outputOf('apt-get', ['--version']))) {
    throw new Advice(`There is no ${title} to test with.`, {
      wayOut: `${wayOut}, or set ${variable} to the folder of one that you have.`,
    });
  }
  // The version that would be fetched, so that a newer one is taken when there is one.
  const candidate =
    (await outputOf('apt-cache', ['policy', packages[0]])) ?? '';
  const home = join(
    cacheDir(),
    `${title.toLowerCase()}-${process.arch}-${hashOf(packages.join(), candidate)}`,
  );
  if (!existsSync(home)) {
    await progress.step(`Fetching ${title} for tests`, () =>
      layOut(home, wanted),
    );
  }
  return { home: join(home, 'usr'), libraries: await librariesIn(home) };
}

/** The path of a program of this server, or undefined. */
function programOf(home, name) {
  return ['sbin', 'bin', 'scripts', 'libexec']
    .map(folder => join(home, folder, name))
    .find(existsSync);
}

async function librariesIn(home) {
  const libraries = [];
  for (const folder of [join(home, 'usr', 'lib'), join(home, 'lib')]) {
    for (const name of existsSync(folder) ? await readdir(folder) : []) {
      if (name.endsWith('-linux-gnu')) {
        libraries.push(join(folder, name));
      }
    }
  }
  return libraries;
}

async function layOut(home, { title, packages, variable }) {
  const draft = `${home}.${process.pid}`;
  const downloads = join(draft, 'downloads');
  await mkdir(downloads, { recursive: true });
  try {
    const options = {
      cwd: downloads,
      log: join(logDir(), `fetch-${title.toLowerCase()}.log`),
      what: `${title} could not be fetched`,
      wayOut: `Run apt-get update, install ${title}, or set ${variable} to the folder of one that you have.`,
    };
    await runLogged('apt-get', ['download', ...packages], options);
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
