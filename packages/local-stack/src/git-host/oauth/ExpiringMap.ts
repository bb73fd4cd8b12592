/** Remembers a bounded number of things for a while; the oldest go first. */
export class ExpiringMap<T> {
  readonly #entries = new Map<string, { value: T; expiresAt: number }>();
  readonly #ttlMs: number;
  readonly #max: number;

  private constructor(ttlMs: number, max: number) {
    this.#ttlMs = ttlMs;
    this.#max = max;
  }

  static create<T>(options: { ttlMs: number; max: number }): ExpiringMap<T> {
    return new ExpiringMap(options.ttlMs, options.max);
  }

  set(key: string, value: T): void {
    this.#entries.set(key, { value, expiresAt: Date.now() + this.#ttlMs });
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#max) break;
      this.#entries.delete(oldest);
    }
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > Date.now() ? entry.value : undefined;
  }

  /** Gets it for the last time. */
  take(key: string): T | undefined {
    const value = this.get(key);
    this.#entries.delete(key);
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
