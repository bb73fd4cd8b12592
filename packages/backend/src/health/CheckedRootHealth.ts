import type {
  LoggerService,
  RootHealthService,
} from '@backstage/backend-plugin-api';
import type { ReadinessChecksService } from './readinessChecks';

/** How long an answer is kept, so that a crowd of probes asks Postgres once. */
const CACHE_MS = 2_000;
/** How long a check may take before it counts as failed. */
const TIMEOUT_MS = 2_000;

type Health = Awaited<ReturnType<RootHealthService['getReadiness']>>;

/**
 * Adds the readiness checks to the health of the process.
 *
 * @remarks
 *
 * Liveness stays as it is: restarting the portal does not mend its database. Concurrent probes
 * share one round of checks, and its outcome is kept for two seconds.
 */
export class CheckedRootHealth implements RootHealthService {
  readonly #base: RootHealthService;
  readonly #checks: ReadinessChecksService;
  readonly #logger: LoggerService;
  readonly #timeoutMs: number;
  #round?: { startedAt: number; failed: Promise<string[]> };

  static create(options: {
    base: RootHealthService;
    checks: ReadinessChecksService;
    logger: LoggerService;
    timeoutMs?: number;
  }) {
    return new CheckedRootHealth(options);
  }

  private constructor(options: {
    base: RootHealthService;
    checks: ReadinessChecksService;
    logger: LoggerService;
    timeoutMs?: number;
  }) {
    this.#base = options.base;
    this.#checks = options.checks;
    this.#logger = options.logger;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  getLiveness(): Promise<Health> {
    return this.#base.getLiveness();
  }

  async getReadiness(): Promise<Health> {
    const base = await this.#base.getReadiness();
    if (base.status !== 200) {
      return base;
    }
    const failed = await this.#failedChecks();
    if (failed.length) {
      return {
        status: 503,
        payload: {
          message: `Not answering: ${failed.join(', ')}`,
          status: 'error',
        },
      };
    }
    return base;
  }

  #failedChecks(): Promise<string[]> {
    const now = performance.now();
    if (!this.#round || now - this.#round.startedAt > CACHE_MS) {
      this.#round = { startedAt: now, failed: this.#runChecks() };
    }
    return this.#round.failed;
  }

  async #runChecks(): Promise<string[]> {
    const names = await Promise.all(
      this.#checks.list().map(async ({ name, check }) => {
        try {
          await withTimeout(check(), this.#timeoutMs);
          return undefined;
        } catch (error) {
          this.#logger.warn(`Readiness check '${name}' failed: ${error}`);
          return name;
        }
      }),
    );
    return names.filter(name => name !== undefined);
  }
}

async function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${ms} ms`)),
      ms,
    );
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
