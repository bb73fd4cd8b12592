import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

const NOT_SOURCES = new Set([
  'node_modules',
  'dist',
  'dist-types',
  'coverage',
  'e2e-tests',
]);

/**
 * The workspaces of the repository by name.
 * @returns {Promise<Map<string, { dir: string, manifest: any }>>}
 */
export async function listWorkspaces() {
  const workspaces = new Map();
  for (const group of ['packages', 'plugins']) {
    for (const entry of await readdir(join(root, group), {
      withFileTypes: true,
    })) {
      const dir = join(root, group, entry.name);
      const text = entry.isDirectory()
        ? await readOptional(join(dir, 'package.json'))
        : undefined;
      if (text) {
        const manifest = JSON.parse(text);
        workspaces.set(manifest.name, { dir, manifest });
      }
    }
  }
  return workspaces;
}

/** The folders of a workspace and of all workspaces that it depends on, sorted. */
export function dependencyClosure(workspaces, name, except = []) {
  const seen = new Set();
  const visit = current => {
    const workspace = workspaces.get(current);
    if (!workspace || seen.has(current) || except.includes(current)) {
      return;
    }
    seen.add(current);
    Object.keys(workspace.manifest.dependencies ?? {}).forEach(visit);
  };
  visit(name);
  return [...seen].sort().map(each => workspaces.get(each).dir);
}

/**
 * A hash over the paths and contents of all source files below some folders, tests and build output left out.
 *
 * @param {string[]} dirs
 * @param {string[]} [extra] - further files and strings that matter
 */
export async function hashSources(dirs, extra = []) {
  const hash = createHash('sha256');
  for (const part of extra) {
    hash.update(part).update('\0');
  }
  for (const dir of dirs) {
    await hashDir(dir, hash);
  }
  return hash.digest('hex').slice(0, 16);
}

async function hashDir(dir, hash) {
  const entries = await readdir(dir, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(dir, entry.name);
    if (NOT_SOURCES.has(entry.name) || /\.test\.[cm]?[jt]sx?$/.test(path)) {
      continue;
    }
    if (entry.isDirectory()) {
      await hashDir(path, hash);
    } else if (entry.isFile()) {
      hash.update(relative(root, path)).update('\0');
      hash.update(await readFile(path)).update('\0');
    }
  }
}

/** Reads a text file that may be missing. */
export async function readOptional(path) {
  return readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
}
