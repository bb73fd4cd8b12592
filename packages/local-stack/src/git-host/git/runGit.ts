import { spawn } from 'node:child_process';
import { Semaphore } from '../http/Semaphore.ts';
import { gitEnvironment } from './environment.ts';
import { killGroup } from './killGroup.ts';

/** git ended with an error; `stderr` says why, in git's own words. */
export class GitError extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly stdout: Buffer;

  constructor(
    command: string,
    result: { exitCode: number | null; stderr: string; stdout: Buffer },
  ) {
    super(
      `git ${command} ended with ${result.exitCode ?? 'a signal'}: ${
        result.stderr.trim().slice(0, 500) || 'no message'
      }`,
    );
    this.name = 'GitError';
    this.exitCode = result.exitCode;
    this.stderr = result.stderr;
    this.stdout = result.stdout;
  }
}

/** How one git command is run. */
export interface RunGitOptions {
  /** The bare repository. */
  gitDir?: string;
  input?: string | Buffer;
  env?: Record<string, string>;
  /** Default 30 seconds. */
  timeoutMs?: number;
  /** More output than this is an error. Default 32 MiB. */
  maxBytes?: number;
  signal?: AbortSignal;
}

const slots = Semaphore.create({ size: 8, maxWaiting: 256 });

/**
 * Runs one git command to its end and returns what it printed.
 *
 * @throws GitError when git fails, prints too much or takes too long
 */
export async function runGit(
  args: string[],
  options: RunGitOptions = {},
): Promise<Buffer> {
  return slots.run(() => spawnGit(args, options));
}

async function spawnGit(
  args: string[],
  options: RunGitOptions,
): Promise<Buffer> {
  const { maxBytes = 32 * 1024 * 1024, timeoutMs = 30_000 } = options;
  options.signal?.throwIfAborted();
  const child = spawn('git', args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...gitEnvironment(),
      ...(options.gitDir ? { GIT_DIR: options.gitDir } : {}),
      ...options.env,
    },
  });
  const stop = () => killGroup(child);
  const timer = setTimeout(stop, timeoutMs);
  options.signal?.addEventListener('abort', stop, { once: true });

  const output: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) {
      stderr = `more than ${maxBytes} bytes of output`;
      stop();
    } else {
      output.push(chunk);
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(0, 8192);
  });
  // A command that ends without reading its input closes the pipe: its exit code tells the rest.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const stdout = Buffer.concat(output);
    if (exitCode !== 0 || size > maxBytes) {
      throw new GitError(args[0], { exitCode, stderr, stdout });
    }
    return stdout;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}
