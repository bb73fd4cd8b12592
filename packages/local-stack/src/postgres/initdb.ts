import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  identityOf,
  send,
  type ProcessIdentity,
} from '../processes/processes.mjs';
import type { PostgresBinaries } from './binaries.ts';
import type { ServerUser } from './serverUser.ts';

/** Who has to know of a process that makes a database: whoever wants to stop it, now or after a kill. */
export interface InitdbWatch {
  /** Ends it at once. What it has made by then is of no use. */
  signal?: AbortSignal;
  /** The operating system's process; undefined when it has ended. */
  onProcess?: (identity: ProcessIdentity | undefined) => void;
}

/**
 * Fills a data directory.
 *
 * @throws an error with what Postgres said when it fails
 */
export async function initdb(
  options: { binaries: PostgresBinaries; user: ServerUser; args: string[] },
  watch: InitdbWatch,
): Promise<void> {
  const { binaries, user, args } = options;
  watch.signal?.throwIfAborted();
  const child = spawn(binaries.initdb, args, {
    ...user.ids,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // It starts servers of its own, which have to end with it: a group of their own can be killed as one.
    detached: true,
  });
  const { pid } = child;
  const kill = () => pid !== undefined && send(-pid, 'SIGKILL');
  watch.signal?.addEventListener('abort', kill, { once: true });
  if (pid !== undefined) {
    watch.onProcess?.(identityOf(pid));
  }
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    // "close" and not "exit": the servers that it started hold the other end too.
    const [code, signal] = await once(child, 'close');
    watch.signal?.throwIfAborted();
    if (code !== 0) {
      throw new Error(said.trim() || `initdb ended with ${signal ?? code}`);
    }
  } finally {
    watch.signal?.removeEventListener('abort', kill);
    watch.onProcess?.(undefined);
  }
}
