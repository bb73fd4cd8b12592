/** Operations of one scope that are remembered while they wait; a sweep finds the rest. */
const WAITING_AT_MOST = 1000;

/**
 * Who may run in this process: of each scope only so many at a time, so that an outside that hangs
 * leaves room for the others. Those that wait hold nothing, neither a lease nor a place.
 *
 * @internal
 */
export class Turns {
  readonly #atMost: number;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, Set<string>>();

  static create(atMost: number): Turns {
    return new Turns(atMost);
  }

  private constructor(atMost: number) {
    this.#atMost = atMost;
  }

  /** Whether the operation may run now. When not, it is named by a later {@link Turns.leave}. */
  enter(scope: string | undefined, operationId: string): boolean {
    if (scope === undefined) {
      return true;
    }
    const running = this.#running.get(scope) ?? 0;
    if (running < this.#atMost) {
      this.#running.set(scope, running + 1);
      return true;
    }
    const waiting = this.#waiting.get(scope) ?? new Set();
    if (waiting.size < WAITING_AT_MOST) {
      this.#waiting.set(scope, waiting.add(operationId));
    }
    return false;
  }

  /** One has ended; the operation that has waited longest has its turn, if there is one. */
  leave(scope: string | undefined): string | undefined {
    if (scope === undefined) {
      return undefined;
    }
    const running = (this.#running.get(scope) ?? 1) - 1;
    if (running) {
      this.#running.set(scope, running);
    } else {
      this.#running.delete(scope);
    }
    const waiting = this.#waiting.get(scope);
    const [next] = waiting ?? [];
    waiting?.delete(next);
    if (!waiting?.size) {
      this.#waiting.delete(scope);
    }
    return next;
  }

  /** Scopes of which no more may run now. */
  full(): string[] {
    return [...this.#running]
      .filter(([, running]) => running >= this.#atMost)
      .map(([scope]) => scope);
  }

  /** Forgets who waits, and says who did. */
  clear(): string[] {
    const ids = [...this.#waiting.values()].flatMap(waiting => [...waiting]);
    this.#waiting.clear();
    return ids;
  }
}
