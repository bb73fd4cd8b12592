import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';

/** Makes a folder that goes with the test. */
export async function temporaryFolder(t) {
  const path = await mkdtemp(join(tmpdir(), 'slipway-script-'));
  t.after(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/**
 * Runs one of the commands to its end, with output in the way it is for a log.
 *
 * @param {string} script - such as `start.mjs`
 * @param {{ args?: string[], env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function runScript(script, { args = [], env = {} }) {
  return runNode([join(root, 'scripts', script), ...args], env);
}

/** Runs Node with arguments to its end. */
export function runNode(args, env = {}, cwd = root) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', code => resolve({ code, output }));
  });
}

/** Calls until the answer is true-ish; fails with the description when it takes too long. */
export async function eventually(description, ask, withinMs = 240_000) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${description}: not within ${withinMs / 1000} s`);
    }
    await new Promise(resolve => {
      setTimeout(resolve, 100);
    });
  }
}
