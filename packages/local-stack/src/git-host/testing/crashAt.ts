/*
 * Loaded before a program by `node --import`. Counts its calls to the outside (files and processes) and kills it, as
 * `kill -9` does, before or after the call that CRASH_AT names, such as `7:before`. Without CRASH_AT the count is
 * printed at the end.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [wanted, when] = (process.env.CRASH_AT ?? '').split(':');
let count = 0;
let armed = false;

/** From here on calls are counted: what the program did to start is not of interest. */
export function arm(): void {
  armed = true;
}

/** How many calls there were since. */
export function calls(): number {
  return count;
}

function crash(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing may happen any more.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('unreachable');
}

type AsyncFunction = (...args: unknown[]) => Promise<unknown>;

const files = fs.promises as unknown as Record<string, AsyncFunction>;
function watch(name: string): void {
  const original = files[name];
  files[name] = async (...args) => {
    if (!armed) return original(...args);
    count += 1;
    const mine = String(count) === wanted;
    if (mine && when === 'before') crash();
    const result = await original(...args);
    if (mine && when === 'after') crash();
    return result;
  };
}
['mkdir', 'open', 'rename', 'rm', 'writeFile'].forEach(watch);

const spawn = childProcess.spawn as unknown as (
  ...args: unknown[]
) => childProcess.ChildProcess;
(childProcess as unknown as Record<string, unknown>).spawn = (
  ...args: unknown[]
) => {
  if (!armed) return spawn(...args);
  count += 1;
  const mine = String(count) === wanted;
  if (mine && when === 'before') crash();
  const child = spawn(...args);
  if (mine && when === 'after') child.once('close', crash);
  return child;
};
syncBuiltinESMExports();
