/** Repositories about which one owner is told within an hour. */
const MOST_REPOSITORIES = 10;
/** Of one repository, locations about which one owner is told within an hour. */
const MOST_LOCATIONS = 3;
const HOUR_MS = 3_600_000;

interface Told {
  since: number;
  locations: Map<string, Set<string>>;
  isHinted: boolean;
}

/**
 * Keeps a flood of broken locations out of an owner's bell, so that no repository takes the place of others. Each replica counts for
 * itself.
 */
export class NoticeLimit {
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();

  static create(deps: { now?: () => number } = {}): NoticeLimit {
    return new NoticeLimit(deps.now ?? Date.now);
  }

  private constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * What the owner may be told about a location, which then counts. Telling again about the same one always may be.
   *
   * @returns `all`; or `hint`, once in an hour, that there is more than they are told; or `nothing`
   */
  take(
    owner: string,
    repository: string,
    location: string,
  ): 'all' | 'hint' | 'nothing' {
    const now = this.#now();
    for (const [each, { since }] of this.#told) {
      if (now - since >= HOUR_MS) {
        this.#told.delete(each);
      }
    }
    const told = this.#told.get(owner) ?? {
      since: now,
      locations: new Map(),
      isHinted: false,
    };
    this.#told.set(owner, told);
    const locations = told.locations.get(repository) ?? new Set();
    const hasRoom =
      locations.size < MOST_LOCATIONS &&
      (told.locations.has(repository) ||
        told.locations.size < MOST_REPOSITORIES);
    if (locations.has(location) || hasRoom) {
      told.locations.set(repository, locations.add(location));
      return 'all';
    }
    const isFirst = !told.isHinted;
    told.isHinted = true;
    return isFirst ? 'hint' : 'nothing';
  }
}
