import { lstat, mkdir, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { company, slipwayHome } from './slipway.mjs';

/**
 * Makes node_modules: links to all that Slipway has installed, its own packages included, and to the packages of this
 * repository. One set of versions for both, so that there is one React and one Backstage in the portal.
 */
export async function link() {
  const modules = join(company, 'node_modules');
  await rm(modules, { recursive: true, force: true });
  const theirs = join(slipwayHome(), 'node_modules');
  for (const name of await packagesIn(theirs)) {
    await linkTo(join(modules, name), join(theirs, name));
  }
  for (const group of ['packages', 'plugins']) {
    for (const folder of await readdir(join(company, group))) {
      const path = join(company, group, folder);
      const { name } = JSON.parse(
        await readFile(join(path, 'package.json'), 'utf8'),
      );
      await linkTo(join(modules, name), path);
    }
  }
}

async function packagesIn(folder) {
  const names = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith('@')) {
      const scoped = await readdir(join(folder, name));
      names.push(...scoped.map(inner => `${name}/${inner}`));
    } else if (name === '.bin' || !name.startsWith('.')) {
      names.push(name);
    }
  }
  return names;
}

async function linkTo(from, target) {
  await mkdir(dirname(from), { recursive: true });
  const { isDirectory } = await lstat(target).then(
    stats => ({ isDirectory: !stats.isFile() }),
    () => ({ isDirectory: true }),
  );
  await symlink(target, from, isDirectory ? 'junction' : 'file');
}

if (process.argv[1] === import.meta.filename) {
  await link();
}
