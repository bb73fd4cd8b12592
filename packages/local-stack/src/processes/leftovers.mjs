import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, stopProcess } from './processes.mjs';

// Plain JavaScript, like processes.mjs: the start script uses it too.

/**
 * @typedef {import('./processes.mjs').ProcessIdentity & { name: string, signal: NodeJS.Signals, patienceMs: number }} Leftover
 */

/** @param {string} dataDir */
function file(dataDir) {
  return join(dataDir, 'processes.json');
}

/**
 * Writes down what is running, in the order in which it has to be stopped.
 *
 * @param {string} dataDir
 * @param {Leftover[]} processes
 */
export function recordProcesses(dataDir, processes) {
  const path = file(dataDir);
  if (processes.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(processes));
  renameSync(draft, path);
}

/**
 * Stops what an earlier run left behind because it was killed. A process is only taken for a leftover when its pid
 * and its start time are the recorded ones.
 *
 * @param {string} dataDir
 * @returns {Promise<string[]>} the names of what had to be stopped
 */
export async function stopLeftovers(dataDir) {
  /** @type {Leftover[]} */
  let processes;
  try {
    processes = JSON.parse(readFileSync(file(dataDir), 'utf8'));
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT'
    ) {
      return [];
    }
    throw error;
  }
  const stopped = [];
  for (const leftover of processes) {
    if (isAlive(leftover)) {
      await stopProcess(leftover, leftover.signal, leftover.patienceMs);
      stopped.push(leftover.name);
    }
  }
  recordProcesses(dataDir, []);
  return stopped;
}
