/** Locations about which one owner is told within an hour. */
const MOST_LOCATIONS = 10;
const HOUR_MS = 3_600_000;

/** Keeps a flood of broken locations out of an owner's bell. Each replica counts for itself. */
export class NoticeLimit {
  readonly #now: () => number;
  readonly #told = new Map<string, { since: number; locations: Set<string> }>();

  static create(deps: { now?: () => number } = {}): NoticeLimit {
    return new NoticeLimit(deps.now ?? Date.now);
  }

  private constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the owner may be told about the location, which then counts. Telling again about the same one always may be. */
  allows(owner: string, location: string): boolean {
    const now = this.#now();
    for (const [each, { since }] of this.#told) {
      if (now - since >= HOUR_MS) {
        this.#told.delete(each);
      }
    }
    const told = this.#told.get(owner) ?? { since: now, locations: new Set() };
    this.#told.set(owner, told);
    if (told.locations.has(location)) {
      return true;
    }
    if (told.locations.size >= MOST_LOCATIONS) {
      return false;
    }
    told.locations.add(location);
    return true;
  }
}
