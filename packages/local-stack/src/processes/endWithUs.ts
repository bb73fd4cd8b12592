import { spawn } from 'node:child_process';

/** The first word that it reads says that all is well; the end without one, that we have ended. */
const WATCH = 'read -r _ || kill -s "$1" "$2"';

/**
 * Has a process end with this one, however that comes about: `kill -9` leaves nobody to stop what it started.
 *
 * @param pid - of the process
 * @param signal - that makes it end
 * @returns what gives it up, to be called when the process has ended
 */
export function endWithUs(pid: number, signal: NodeJS.Signals): () => void {
  const watcher = spawn(
    '/bin/sh',
    ['-c', WATCH, 'sh', signal.replace(/^SIG/, ''), String(pid)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      // What kills our group must leave it alone.
      detached: true,
    },
  );
  const { stdin } = watcher;
  // There is nothing to do when it is gone.
  watcher.on('error', () => {});
  stdin.on('error', () => {});
  watcher.unref();
  (stdin as unknown as { unref(): void }).unref();
  return () => stdin.end('\n');
}
