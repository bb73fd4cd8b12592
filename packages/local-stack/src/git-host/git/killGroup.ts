import type { ChildProcess } from 'node:child_process';

/**
 * Ends a process that was spawned with `detached: true` and everything it started: politely, and after two seconds by force.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode) {
    return;
  }
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => {
    if (child.pid !== undefined && child.exitCode === null) {
      signalGroup(child.pid, 'SIGKILL');
    }
  }, 2_000);
  timer.unref();
  child.once('exit', () => clearTimeout(timer));
}

function signalGroup(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
