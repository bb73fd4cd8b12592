import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { endWithUs } from '@slipway/local-stack';
import { createWriteStream } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const running = new Set<ChildProcess>();

/** A server that the benchmark started and will stop. */
export interface RunningServer {
  /** From the start of the process to the first 200 of the address it waited for. */
  secondsToReady: number;
  /** Resident memory of the process and all its children, in MiB. */
  residentMiB(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until it is ready.
 *
 * @param options.ready - address that answers 200 when the server can be used.
 * @param options.log - file that gets what the server prints; a pipe to us would make us part of what is measured.
 * @throws when the process ends or is not ready in time; names the log file.
 */
export async function startServer(options: {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  ready: string;
  log: string;
  timeoutSeconds: number;
}): Promise<RunningServer> {
  const { command, args, cwd, env, ready, log, timeoutSeconds } = options;
  const output = createWriteStream(log);
  await new Promise(opened => output.once('open', opened));
  const start = performance.now();
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', output, output],
  });
  running.add(child);
  const giveUp = child.pid ? endWithUs(child.pid, 'SIGKILL') : () => {};
  child.once('exit', () => {
    running.delete(child);
    giveUp();
  });
  try {
    await waitUntilReady(child, ready, log, start + timeoutSeconds * 1000);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return {
    secondsToReady: (performance.now() - start) / 1000,
    residentMiB: () => residentMiB(child.pid!),
    stop: () => stop(child),
  };
}

/** Stops every server that still runs, for when a benchmark ends before its time. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function waitUntilReady(
  child: ChildProcess,
  ready: string,
  log: string,
  deadline: number,
) {
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The server ended before it was ready, see ${log}`);
    }
    const answer = await fetch(ready).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) {
      return;
    }
    await new Promise(done => {
      setTimeout(done, 20);
    });
  }
  throw new Error(`The server was not ready in time, see ${log}`);
}

async function residentMiB(root: number): Promise<number> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const [pid, parent] of rows) {
      if (tree.has(parent)) {
        tree.add(pid);
      }
    }
  }
  const kibibytes = rows
    .filter(([pid]) => tree.has(pid))
    .reduce((sum, [, , rss]) => sum + rss, 0);
  return kibibytes / 1024;
}

/** SIGTERM, and SIGKILL after 30 s. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise(done => {
    child.once('exit', done);
  });
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(timer);
}
