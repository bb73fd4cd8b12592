import pLimit, { Limit } from 'p-limit';
import { RetryableError } from '../errors';

/**
 * Lets only so many pieces of work at a server at the same time. Nobody waits
 * for their turn longer than they want to.
 *
 * @public
 */
export class Turns {
  readonly #title: string;
  readonly #limit: Limit;

  /**
   * @param options - `title` of the server, for messages; `maxConcurrency`: how many at the same time
   */
  static create(options: { title: string; maxConcurrency: number }): Turns {
    return new Turns(options);
  }

  private constructor(options: { title: string; maxConcurrency: number }) {
    this.#title = options.title;
    this.#limit = pLimit(options.maxConcurrency);
  }

  /**
   * Does the work when its turn has come.
   *
   * @throws RetryableError with `nothingSent` when the signal aborts before; from then on the work itself sees to it
   */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const stopped = () =>
      new RetryableError(`Stopped before ${this.#title} was asked`, {
        nothingSent: true,
      });
    if (signal?.aborted) {
      throw stopped();
    }
    let giveUp = () => {};
    const waiting = new Promise<never>((_, reject) => {
      giveUp = () => reject(stopped());
    });
    signal?.addEventListener('abort', giveUp, { once: true });
    const working = this.#limit(async () => {
      signal?.removeEventListener('abort', giveUp);
      if (signal?.aborted) {
        throw stopped();
      }
      return work();
    });
    return Promise.race([working, waiting]);
  }
}
