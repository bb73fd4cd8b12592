import type { LoggerService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import { metrics } from '@opentelemetry/api';
import type { AuditRecord } from '@slipway/plugin-audit-common';
import type { AuditStore, AuditTrailService } from './AuditTrailService';

const LIMITS = {
  /** Entries that wait at most: some ten megabytes. */
  queued: 5_000,
  /** Entries that are stored at once. */
  batch: 100,
  /** How long somebody who may not go on without it waits for an entry. */
  requiredMs: 3_000,
  /** How long somebody who has done the work waits for the entry that says so. */
  patienceMs: 1_000,
  /** How long one attempt may take before it counts as failed. */
  attemptMs: 10_000,
  /** Between attempts, at first and at most; shorter than anybody waits. */
  pauseMs: { first: 200, most: 1_000 },
  drainMs: 3_000,
};

interface Waiting {
  record: AuditRecord;
  required: boolean;
  /** Called once, when it is known what became of it, or nobody waits any longer. */
  settle(error?: Error): void;
}

/**
 * Stores entries in batches, one batch at a time, and tries again while the store does not answer.
 *
 * @remarks
 *
 * An entry is stored in its turn, so that the end of a piece of work does not come before its beginning. What waits is lost
 * with the process; it is in the log as well.
 */
export class QueuedAuditTrail implements AuditTrailService {
  readonly #logger: LoggerService;
  readonly #limits: typeof LIMITS;
  readonly #counter = metrics
    .getMeter('slipway-audit')
    .createCounter('slipway.audit.entries', {
      description:
        'Entries of the audit trail: stored, refused with the work that wanted them, or lost',
    });
  #store?: AuditStore;
  #queue: Waiting[] = [];
  #running?: Promise<void>;
  #failing = false;

  static create(options: {
    logger: LoggerService;
    limits?: Partial<typeof LIMITS>;
  }): QueuedAuditTrail {
    return new QueuedAuditTrail(options.logger, {
      ...LIMITS,
      ...options.limits,
    });
  }

  private constructor(logger: LoggerService, limits: typeof LIMITS) {
    this.#logger = logger;
    this.#limits = limits;
    metrics
      .getMeter('slipway-audit')
      .createObservableGauge('slipway.audit.queued', {
        description: 'Entries of the audit trail that wait to be stored',
      })
      .addCallback(result => result.observe(this.#queue.length));
  }

  attach(store: AuditStore): void {
    this.#store = store;
    this.#run();
  }

  append(record: AuditRecord, options: { required: boolean }): Promise<void> {
    const { required } = options;
    if (this.#queue.length >= this.#limits.queued) {
      if (required) {
        this.#counter.add(1, { result: 'refused' });
        return Promise.reject(unavailable());
      }
      this.#lose(record, 'too many wait already');
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        record,
        required,
        settle: error => (error ? reject(error) : resolve()),
      };
      this.#queue.push(waiting);
      if (!required && this.#failing) {
        resolve();
      } else {
        this.#limitPatience(waiting);
      }
      this.#run();
    });
  }

  /** Stores what waits, as far as that is possible soon. For the end of the process. */
  async drain(): Promise<void> {
    const end = Date.now() + this.#limits.drainMs;
    while (this.#running && Date.now() < end) {
      await Promise.race([this.#running, sleep(50)]);
    }
    if (this.#queue.length) {
      this.#logger.error(
        `${this.#queue.length} entries of the audit trail could not be stored before the end; they are in the log`,
      );
    }
  }

  #limitPatience(waiting: Waiting): void {
    const { requiredMs, patienceMs } = this.#limits;
    const { settle, required } = waiting;
    const timer = setTimeout(
      () => {
        if (!required) {
          settle();
          return;
        }
        this.#queue = this.#queue.filter(each => each !== waiting);
        this.#counter.add(1, { result: 'refused' });
        settle(unavailable());
      },
      required ? requiredMs : patienceMs,
    );
    waiting.settle = error => {
      clearTimeout(timer);
      settle(error);
    };
  }

  #run(): void {
    this.#running ??= this.#storeAll().finally(() => {
      this.#running = undefined;
      // What came between the last look into the queue and now.
      if (this.#store && this.#queue.length) {
        this.#run();
      }
    });
  }

  async #storeAll(): Promise<void> {
    const { batch, pauseMs, attemptMs } = this.#limits;
    let pause = pauseMs.first;
    let size = batch;
    while (this.#store && this.#queue.length) {
      const taken = this.#queue.slice(0, size);
      try {
        await withTimeout(
          this.#store.append(taken.map(({ record }) => record)),
          attemptMs,
        );
        this.#finish(taken);
        this.#counter.add(taken.length, { result: 'stored' });
        pause = pauseMs.first;
        size = batch;
        if (this.#failing) {
          this.#failing = false;
          this.#logger.info('The audit trail is written again');
        }
      } catch (error) {
        if (!isRefusal(error)) {
          this.#noteFailure(error);
          await sleep(pause);
          pause = Math.min(2 * pause, pauseMs.most);
        } else if (taken.length > 1) {
          // One of them cannot be stored, ever: it must not hold up the others.
          size = 1;
        } else {
          this.#refuse(taken[0], error);
        }
      }
    }
  }

  #finish(done: Waiting[]): void {
    const finished = new Set(done);
    this.#queue = this.#queue.filter(each => !finished.has(each));
    done.forEach(each => each.settle());
  }

  #refuse(waiting: Waiting, error: unknown): void {
    this.#queue = this.#queue.filter(each => each !== waiting);
    this.#lose(waiting.record, `the database refuses it: ${error}`);
    waiting.settle(waiting.required ? unavailable() : undefined);
  }

  #noteFailure(error: unknown): void {
    if (this.#failing) {
      return;
    }
    this.#failing = true;
    // Who has done the work does not wait for a database that is away.
    for (const each of this.#queue) {
      if (!each.required) {
        each.settle();
      }
    }
    this.#logger.error(
      `The audit trail cannot be written; it is tried again: ${error}`,
    );
  }

  #lose(record: AuditRecord, why: string): void {
    this.#counter.add(1, { result: 'lost' });
    this.#logger.error(
      `The entry ${record.id} (${record.plugin}.${record.event}, ${record.outcome}) is only in the log, not in the audit trail: ${why}`,
    );
  }
}

function unavailable(): Error {
  return new ServiceUnavailableError(
    'This cannot be written into the audit trail now, and so it is not done. Try again in a moment.',
  );
}

/** Whether the store has understood the entry and does not take it: wrong data, or a rule of the trail. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^(22|23|P0001)/.test(code);
}

async function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`no answer within ${ms} ms`)),
          ms,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
