import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  identityOf,
  isAlive,
} from '../../packages/local-stack/src/processes/processes.mjs';

/**
 * Takes a lock that is a file with its holder's pid and start time, so that the lock of a process that was
 * killed is recognised and taken over, whatever process has its pid now.
 *
 * @param {string} path
 * @param {object} [facts] - what others should know about the holder
 * @returns {{ release: () => void, update: (facts: object) => void } | { holder: any }}
 */
export function takeLock(path, facts = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = { ...identityOf(process.pid), ...facts };
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      try {
        // A link appears with its content and never replaces another: there is no moment with half a lock.
        linkSync(draft, path);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') {
          throw error;
        }
      }
      const holder = readLock(path);
      if (holder && isAlive(holder)) {
        return { holder };
      }
      removeStale(path, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    update(more) {
      writeFileSync(draft, JSON.stringify({ ...mine, ...more }), {
        mode: 0o600,
      });
      renameSync(draft, path);
    },
    release() {
      if (readLock(path)?.pid === process.pid) {
        rmSync(path, { force: true });
      }
    },
  };
}

/** Who holds a lock, dead or alive; undefined when nobody does. */
export function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    if (error instanceof SyntaxError) {
      return { pid: 0, started: '' };
    }
    throw error;
  }
}

function removeStale(path, stale) {
  // Two may find the same dead holder. Whoever moves the file away checks that it moved what it had read;
  // if it caught the other's new lock it puts it back.
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') {
      return;
    }
    throw error;
  }
  const moved = readLock(aside);
  if (moved?.pid !== stale?.pid || moved?.started !== stale?.started) {
    linkSync(aside, path);
  }
  unlinkSync(aside);
}
