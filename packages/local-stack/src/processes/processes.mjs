import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// Plain JavaScript: the start script uses it on any Node from 20 on, before anything is installed.

/**
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} started - when it was started, in the system's own words; with the pid it names one process for good
 */

/**
 * When a process was started, or undefined when there is no such process. Only meant to be compared.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
      // The second field is the command in parentheses and may hold anything; state is field 3, start field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : `${boot.trim()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * The command line of a process, or an empty string.
 *
 * @param {number} pid
 * @returns {string}
 */
export function commandOf(pid) {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          .replaceAll('\0', ' ')
          .trim()
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }).trim();
  } catch {
    return '';
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity}
 */
export function identityOf(pid) {
  return { pid, started: startOf(pid) ?? '' };
}

/**
 * Whether exactly this process still runs; another one that was given the same pid does not count.
 *
 * @param {ProcessIdentity} identity
 */
export function isAlive(identity) {
  return identity.started !== '' && startOf(identity.pid) === identity.started;
}

/**
 * Stops one process: the signal first, SIGKILL to it and its group after the patience has run out.
 *
 * @param {ProcessIdentity} identity
 * @param {NodeJS.Signals} signal
 * @param {number} patienceMs
 */
export async function stopProcess(identity, signal, patienceMs) {
  if (!isAlive(identity)) {
    return;
  }
  send(identity.pid, signal);
  const deadline = Date.now() + patienceMs;
  while (isAlive(identity) && Date.now() < deadline) {
    await sleep(50);
  }
  if (isAlive(identity)) {
    send(-identity.pid, 'SIGKILL');
    send(identity.pid, 'SIGKILL');
  }
}

/**
 * Sends a signal; a process that is gone already is no error.
 *
 * @param {number} pid - a negative one means the group
 * @param {NodeJS.Signals} signal
 */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') {
      throw error;
    }
  }
}
