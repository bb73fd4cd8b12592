import { ServiceUnavailableError } from '@backstage/errors';

/** Bounds how much runs at once and how much may wait for it. */
export class Semaphore {
  readonly #waiting: Array<() => void> = [];
  readonly #maxWaiting: number;
  #free: number;

  private constructor(size: number, maxWaiting: number) {
    this.#free = size;
    this.#maxWaiting = maxWaiting;
  }

  static create(options: { size: number; maxWaiting: number }): Semaphore {
    return new Semaphore(options.size, options.maxWaiting);
  }

  /**
   * Runs `work` when there is room.
   *
   * @throws ServiceUnavailableError when too many wait already
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else if (this.#waiting.length >= this.#maxWaiting) {
      throw new ServiceUnavailableError(
        'The git host is busy: try again in a few seconds',
      );
    } else {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#free += 1;
      }
    }
  }
}
