const WINDOW_MS = 10 * 60_000;
const PER_ACCOUNT = 8;
const IN_ALL = 60;

/**
 * Bounds how often passwords can be guessed: by account, and over all accounts.
 */
export class SignInLimiter {
  readonly #failures = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * How long to wait before the next attempt, in seconds; undefined when one is allowed.
   */
  waitSeconds(account: string): number | undefined {
    const own = this.#recent(account);
    const all = [...this.#failures.keys()]
      .flatMap(each => this.#recent(each))
      .sort((a, b) => a - b);
    const oldest =
      own.length >= PER_ACCOUNT
        ? own.at(-PER_ACCOUNT)
        : all.length >= IN_ALL && all.at(-IN_ALL);
    return oldest
      ? Math.ceil((oldest + WINDOW_MS - this.#now()) / 1000)
      : undefined;
  }

  /** Remembers a wrong password. */
  failed(account: string): void {
    this.#failures.set(account, [...this.#recent(account), this.#now()]);
  }

  /** Forgets the wrong passwords of somebody who has now signed in. */
  succeeded(account: string): void {
    this.#failures.delete(account);
  }

  #recent(account: string): number[] {
    const since = this.#now() - WINDOW_MS;
    const recent = (this.#failures.get(account) ?? []).filter(at => at > since);
    if (recent.length === 0) {
      this.#failures.delete(account);
    }
    return recent;
  }
}
