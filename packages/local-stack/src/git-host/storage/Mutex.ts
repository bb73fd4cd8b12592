/** Lets one piece of work run at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  private constructor() {}

  static create(): Mutex {
    return new Mutex();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** A {@link Mutex} for each key, forgotten when nobody waits for it. */
export class KeyedMutex {
  readonly #mutexes = new Map<string, { mutex: Mutex; users: number }>();

  private constructor() {}

  static create(): KeyedMutex {
    return new KeyedMutex();
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#mutexes.get(key) ?? {
      mutex: Mutex.create(),
      users: 0,
    };
    this.#mutexes.set(key, entry);
    entry.users += 1;
    try {
      return await entry.mutex.run(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) {
        this.#mutexes.delete(key);
      }
    }
  }
}
