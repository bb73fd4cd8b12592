/** How long an offence counts. */
const REMEMBERED_MS = 10 * 60_000;
/** What comes sooner is the same offence: a pool that connects anew, or one session more of those that filled the table. */
const APART_MS = 5_000;
/** While somebody goes on and on, the owner hears of it this often. */
const TOLD_EVERY_MS = 60_000;

/**
 * Counts how often sessions of each offender had to be ended, and says when to tell of it.
 * @internal
 */
export class Offences {
  readonly #offences = new Map<string, number[]>();
  readonly #told = new Map<string, { at: number; isRepeated: boolean }>();
  readonly #repeatedAfter: number;

  /** @param repeatedAfter - from which offence in ten minutes on it counts as repeated; 0 for never */
  static create(repeatedAfter: number): Offences {
    return new Offences(repeatedAfter);
  }

  private constructor(repeatedAfter: number) {
    this.#repeatedAfter = repeatedAfter;
  }

  /**
   * @param offender - the application of a database, or one person in it
   * @param now - in milliseconds
   * @param login - with which it was done, where the offender has several: each is told of
   * @returns what to tell; nothing when it is still the offence before, or was told just now and has not become worse
   */
  add(
    offender: string,
    now: number,
    login: string = offender,
  ): { count: number; isRepeated: boolean } | undefined {
    const before = this.#offences.get(offender) ?? [];
    if (now - (before.at(-1) ?? -Infinity) < APART_MS) {
      return undefined;
    }
    const recent = [...before, now].filter(at => now - at < REMEMBERED_MS);
    this.#offences.set(offender, recent);
    const count = recent.length;
    const isRepeated = this.#repeatedAfter > 0 && count >= this.#repeatedAfter;
    const told = this.#told.get(login);
    const hasBecomeRepeated = isRepeated && !told?.isRepeated;
    if (told && !hasBecomeRepeated && now - told.at < TOLD_EVERY_MS) {
      return undefined;
    }
    this.#told.set(login, { at: now, isRepeated });
    return { count, isRepeated };
  }

  /**
   * For somebody whose sessions were ended without an offence.
   * @returns whether to tell of it
   */
  excuse(whose: string, now: number): boolean {
    const key = `${whose} excused`;
    if (now - (this.#told.get(key)?.at ?? -Infinity) < TOLD_EVERY_MS) {
      return false;
    }
    this.#told.set(key, { at: now, isRepeated: false });
    return true;
  }
}
