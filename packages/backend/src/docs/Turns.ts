interface Waiting {
  owner: string;
  begin: () => void;
}

/**
 * Lets a few at a time do something, in the order in which they came, but of one owner only one at a time: who has much to do
 * keeps nobody else waiting.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #busy = new Set<string>();
  #waiting = new Array<Waiting>();

  static create(atOnce: number): Turns {
    return new Turns(atOnce);
  }

  private constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * Waits for a turn, and gives it on when the work has ended, well or not.
   *
   * @param owner - whose work it is
   * @param patience - for how long, and the error for who waited that long
   */
  async run<T>(
    owner: string,
    patience: { milliseconds: number; refusal: () => Error },
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#take(owner, patience);
    try {
      return await work();
    } finally {
      this.#busy.delete(owner);
      this.#giveOn();
    }
  }

  async #take(
    owner: string,
    patience: { milliseconds: number; refusal: () => Error },
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const turn = new Promise<void>((resolve, reject) => {
      const waiting = { owner, begin: resolve };
      this.#waiting.push(waiting);
      timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter(each => each !== waiting);
        reject(patience.refusal());
      }, patience.milliseconds);
    });
    this.#giveOn();
    await turn.finally(() => clearTimeout(timer));
  }

  #giveOn(): void {
    while (this.#busy.size < this.#atOnce) {
      const next = this.#waiting.find(({ owner }) => !this.#busy.has(owner));
      if (!next) {
        return;
      }
      this.#waiting = this.#waiting.filter(each => each !== next);
      this.#busy.add(next.owner);
      next.begin();
    }
  }
}
