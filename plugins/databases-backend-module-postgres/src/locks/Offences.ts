/** How long an offence counts. */
const REMEMBERED_MS = 10 * 60_000;
/** While one database goes on and on, its owner hears of it this often. */
const TOLD_EVERY_MS = 60_000;

/**
 * Counts how often each database had sessions ended, and says when to tell its owner.
 * @internal
 */
export class Offences {
  readonly #offences = new Map<string, number[]>();
  readonly #told = new Map<string, number>();
  readonly #repeatedAfter: number;

  /** @param repeatedAfter - from which offence in ten minutes on it counts as repeated; 0 for never */
  static create(repeatedAfter: number): Offences {
    return new Offences(repeatedAfter);
  }

  private constructor(repeatedAfter: number) {
    this.#repeatedAfter = repeatedAfter;
  }

  /** @returns what to tell; nothing when it was told just now and has not become worse */
  add(
    database: string,
    now: number,
  ): { count: number; isRepeated: boolean } | undefined {
    const before = this.#offences.get(database) ?? [];
    const recent = [...before, now].filter(at => now - at < REMEMBERED_MS);
    this.#offences.set(database, recent);
    const count = recent.length;
    const isRepeated = this.#repeatedAfter > 0 && count >= this.#repeatedAfter;
    const becameRepeated = count === this.#repeatedAfter;
    const told = this.#told.get(database) ?? -Infinity;
    if (!becameRepeated && now - told < TOLD_EVERY_MS) {
      return undefined;
    }
    this.#told.set(database, now);
    return { count, isRepeated };
  }
}
