import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Advice } from './advice.mjs';

const TAIL_LINES = 15;
const running = new Set();
let tellOf = () => {};
let stopped = false;

/** Calls back with the pids of the running tools whenever one begins or ends. */
export function onToolsChange(listener) {
  tellOf = () => listener([...running].map(child => child.pid));
}

/**
 * Runs a tool with its output in a log file. When it fails, the error carries the last lines and the log's path.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log: string, what: string, wayOut?: string }} options - `what`
 *   names the work in the message of a failure ("The packages could not be installed")
 */
export async function runLogged(command, args, options) {
  if (stopped) {
    throw new Advice(`${options.what}: the command is ending.`);
  }
  mkdirSync(dirname(options.log), { recursive: true });
  const output = openSync(options.log, 'w');
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', output, output],
      // A group of its own, so that whatever it starts can be stopped with it.
      detached: true,
    });
    running.add(child);
    tellOf();
    const outcome = await new Promise(resolve => {
      child.once('error', error => resolve({ error }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    running.delete(child);
    tellOf();
    if (outcome.code !== 0) {
      throw failureOf(command, outcome, options);
    }
  } finally {
    closeSync(output);
  }
}

/** Stops what `runLogged` has started and what those have started in turn; from now on it starts nothing. */
export function stopRunning() {
  stopped = true;
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') {
        throw error;
      }
    }
  }
}

function failureOf(command, outcome, options) {
  const text = readFileSync(options.log, 'utf8').trimEnd();
  if (/ENOSPC|no space left on device|EDQUOT/i.test(text)) {
    return new Advice(`${options.what}: the disk is full.`, {
      wayOut: 'Free some space and run the same command again.',
      log: options.log,
    });
  }
  const reason =
    outcome.error?.message ??
    (outcome.signal
      ? `${command} was stopped by ${outcome.signal}`
      : `${command} ended with ${outcome.code}`);
  const tail = text.split('\n').slice(-TAIL_LINES).join('\n    ');
  return new Advice(
    `${options.what}: ${reason}.${tail ? `\n\n    ${tail}\n` : ''}`,
    { wayOut: options.wayOut, log: options.log, cause: outcome.error },
  );
}

/**
 * Runs a short command and returns what it printed, or undefined when it is missing or failed.
 */
export async function outputOf(command, args, options = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    child.once('error', () => resolve(undefined));
    child.once('close', code => resolve(code === 0 ? text.trim() : undefined));
  });
}
