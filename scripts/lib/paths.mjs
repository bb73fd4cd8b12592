import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(
  /[\\/]$/,
  '',
);

/** Where everything that the portal remembers lies: databases, repositories, keys, logs. */
export function dataDir() {
  return resolve(process.env.SLIPWAY_DATA_DIR || join(root, '.local'));
}

/** Where the output of the tools is kept. */
export function logDir() {
  const dir = join(dataDir(), 'logs');
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Built portals: derived from the sources, so that losing them costs a build and nothing else. */
export const portalsDir = join(root, '.cache', 'portal');

/**
 * What is downloaded once and shared by all clones: the toolchain and the Python environment.
 * A home that cannot be written to (a container's, for instance) makes it a folder of the clone.
 */
export function cacheDir() {
  const wanted =
    process.env.SLIPWAY_CACHE_DIR ||
    (process.env.XDG_CACHE_HOME && join(process.env.XDG_CACHE_HOME, 'slipway'));
  const candidates = wanted
    ? [resolve(wanted)]
    : [join(homedir(), '.cache', 'slipway'), join(root, '.toolchain')];
  for (const dir of candidates) {
    try {
      mkdirSync(dir, { recursive: true });
      accessSync(dir, constants.W_OK);
      return dir;
    } catch (error) {
      if (dir === candidates.at(-1)) {
        throw error;
      }
    }
  }
  throw new Error('unreachable');
}

/** A short hash of strings and buffers, for names of cached things. */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    hash.update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
