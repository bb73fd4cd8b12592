import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { SweepService } from './SweepService';

/** Pages are told after so many. */
const BATCH = 100;
/** What is not there yet when it is hinted at is looked for again: the catalog shows what is new a little later. */
const AGAIN_AFTER_MS = [5_000, 30_000, 120_000];

/**
 * Looks at what others hinted at, one thing after the other, each once however often it is hinted at meanwhile: thousands that come at once
 * keep nobody waiting. In memory only; what is lost with the process the next sweep sees.
 */
export class Looks {
  readonly #sweeper: Pick<SweepService, 'lookAt'>;
  readonly #logger: LoggerService;
  readonly #waiting = new Map<string, Map<string, number>>();
  #isRunning = false;

  static create(deps: {
    sweeper: Pick<SweepService, 'lookAt'>;
    logger: LoggerService;
  }): Looks {
    return new Looks(deps);
  }

  private constructor(deps: {
    sweeper: Pick<SweepService, 'lookAt'>;
    logger: LoggerService;
  }) {
    this.#sweeper = deps.sweeper;
    this.#logger = deps.logger;
  }

  /** To be looked at soon. */
  ask(source: string, ids: readonly string[], attempt = 0): void {
    const waiting = this.#waiting.get(source) ?? new Map<string, number>();
    this.#waiting.set(source, waiting);
    for (const id of ids) waiting.set(id, attempt);
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = [...this.#waiting].find(([, { size }]) => size > 0);
      if (!next) {
        this.#isRunning = false;
        return;
      }
      const [source, waiting] = next;
      const batch = [...waiting].slice(0, BATCH);
      for (const [id] of batch) waiting.delete(id);
      const attempts = new Map(batch);
      try {
        const absent = await this.#sweeper.lookAt(source, [...attempts.keys()]);
        for (const id of absent) this.#askAgain(source, id, attempts.get(id)!);
      } catch (error) {
        this.#logger.warn(
          `${batch[0][0]}${batch.length > 1 ? ` and ${batch.length - 1} more` : ''} will be looked at with the next sweep`,
          toError(error),
        );
      }
    }
  }

  #askAgain(source: string, id: string, attempt: number): void {
    if (attempt >= AGAIN_AFTER_MS.length) return;
    setTimeout(
      () => this.ask(source, [id], attempt + 1),
      AGAIN_AFTER_MS[attempt],
    ).unref();
  }
}
