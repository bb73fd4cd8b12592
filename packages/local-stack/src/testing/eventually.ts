import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 300_000;

/** Asks until there is an answer; fails with the description when that takes too long. */
export async function eventually<T>(
  description: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${description}: not within ${PATIENCE_MS / 1000} s`);
    }
    await sleep(100);
  }
}
