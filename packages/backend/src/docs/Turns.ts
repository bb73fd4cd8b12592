/** Lets a few at a time do something, in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  static create(atOnce: number): Turns {
    return new Turns(atOnce);
  }

  private constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn, and gives it on when the work has ended, well or not.
   *
   * @param patience - for how long, and the error for who waited that long
   */
  async run<T>(
    patience: { milliseconds: number; refusal: () => Error },
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#take(patience);
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

  async #take(patience: {
    milliseconds: number;
    refusal: () => Error;
  }): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const turn = new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
        reject(patience.refusal());
      }, patience.milliseconds);
    });
    await turn.finally(() => clearTimeout(timer));
  }
}
