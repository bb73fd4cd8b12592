import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../files.ts';
import {
  commandOf,
  identityOf,
  isAlive,
  stopProcess,
} from '../processes/processes.mjs';

const PATIENCE_MS = 30_000;

/**
 * Deals with what a killed server left behind in its data directory, so that Postgres can start.
 *
 * A server of an earlier run that outlived its supervisor is stopped. A pid that belongs to another program by now (after
 * a restart of the machine or the container) would make Postgres refuse: it is replaced by our own, which Postgres
 * knows to be its parent and takes for stale. The rest of the file stays, for Postgres' check of shared memory.
 *
 * @returns the pid of the server that had to be stopped
 */
export async function clearPostmasterPid(
  directory: string,
): Promise<number | undefined> {
  const path = join(directory, 'postmaster.pid');
  let lines: string[];
  try {
    lines = (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
  const pid = Math.abs(Number(lines[0]));
  if (!pid) {
    return undefined;
  }
  const identity = identityOf(pid);
  if (!isAlive(identity)) {
    return undefined;
  }
  const command = commandOf(pid);
  if (command.includes('postgres') && command.includes(directory)) {
    await stopProcess(identity, 'SIGINT', PATIENCE_MS);
    return pid;
  }
  lines[0] = String(process.pid);
  await writeFile(path, lines.join('\n'));
  return undefined;
}
