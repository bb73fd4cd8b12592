import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import {
  identityOf,
  stopProcess,
} from '../../packages/local-stack/src/processes/processes.mjs';
import { readLock, takeLock } from './lock.mjs';
import { root } from './paths.mjs';
import { onToolsChange } from './run.mjs';

/**
 * Runs work that changes the clone itself (installing, building). One process at a time does this: a second start with another data
 * folder waits. Tools that a killed start left running are stopped first.
 *
 * @template T
 * @param {import('./progress.mjs').Progress} progress
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withPreparation(progress, work) {
  const path = join(root, '.cache', 'prepare.lock');
  const abandoned = readLock(path)?.tools ?? [];
  const lock = await waitForLock(path, progress);
  for (const tool of abandoned) {
    await stopProcess(tool, 'SIGTERM', 5000);
  }
  onToolsChange(pids => lock.update({ tools: pids.map(identityOf) }));
  try {
    return await work();
  } finally {
    onToolsChange(() => {});
    lock.release();
  }
}

async function waitForLock(path, progress) {
  const first = takeLock(path);
  if (!first.holder) {
    return first;
  }
  return progress.step(
    `Waiting for another start in this folder (pid ${first.holder.pid})`,
    async () => {
      for (;;) {
        await sleep(500);
        const lock = takeLock(path);
        if (!lock.holder) {
          return lock;
        }
      }
    },
  );
}
