import { isError, type ResponseError } from '@backstage/errors';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from './StepContext';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const LIMIT_MS = 60_000;

const PASSING = [429, 502, 503, 504];
const UNREACHABLE =
  /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EPIPE|UND_ERR_\w+)\b|fetch failed|socket hang up/;
/** The catalog has one sort of error for all that is wrong with a file; the answer of the host is in its words. */
const HOST_IS_AWAY = /,? (?:429 Too Many|50[234] )/;

/**
 * Does again what fails only because somebody is away or busy at the moment: a git host that restarts would otherwise end a task
 * for good. The pauses grow, and are as long as the answer asks for if it does.
 *
 * @param attempt - something that may be repeated
 */
export async function retryWhatPasses<T>(
  ctx: Pick<StepContext, 'logger' | 'signal'>,
  attempt: () => Promise<T>,
  limitMs: number = LIMIT_MS,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (
    let pause = FIRST_PAUSE_MS;
    ;
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  ) {
    try {
      return await attempt();
    } catch (error) {
      const wait = Math.max(pause, askedPauseOf(error));
      if (!passes(error) || Date.now() + wait > deadline) {
        throw error;
      }
      ctx.logger.info(
        `Not yet: ${reasonOf(error)} This is tried again in ${Math.ceil(wait / 1_000)} s.`,
      );
      await sleep(wait, undefined, { signal: ctx.signal });
    }
  }
}

/** Whether an error, or what caused it, goes away by itself. */
function passes(error: unknown): boolean {
  for (const one of chainOf(error)) {
    const { code, name, message, statusCode } = one as Error & {
      code?: unknown;
      statusCode?: number;
    };
    if (
      name === 'ServiceUnavailableError' ||
      (statusCode !== undefined && PASSING.includes(statusCode)) ||
      UNREACHABLE.test(`${code} ${message}`) ||
      HOST_IS_AWAY.test(message)
    ) {
      return true;
    }
  }
  return false;
}

/** As a sentence, without the advice to do what is done here. */
function reasonOf(error: unknown): string {
  return (error as Error).message
    .replace(/ Try again[^.]*\.$/, '')
    .replace(/[^.]$/, '$&.');
}

/** In milliseconds. */
function askedPauseOf(error: unknown): number {
  for (const one of chainOf(error)) {
    const { response } = one as Partial<ResponseError>;
    const seconds = Number(response?.headers?.get('retry-after'));
    if (seconds > 0) {
      return seconds * 1_000;
    }
  }
  return 0;
}

function* chainOf(error: unknown): Generator<Error> {
  for (let one = error; isError(one); one = one.cause) {
    yield one;
  }
}
