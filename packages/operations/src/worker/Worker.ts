import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { StoreContext } from '../database/context';
import { findRunnable, readScope } from '../database/leases';
import { runOperation } from './runOperation';
import { Turns } from './Turns';

/** @internal */
export interface WorkerOptions {
  context: StoreContext;
  logger: LoggerService;
  concurrency: number;
  leaseMs: number;
  sweepMs: number;
}

/** Runs operations in this process: those it is woken for, and those a sweep finds left behind. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #turns: Turns;
  #timer?: NodeJS.Timeout;
  #sweep?: Promise<void>;

  static create(options: WorkerOptions): Worker {
    return new Worker(options);
  }

  private constructor(options: WorkerOptions) {
    this.#options = options;
    this.#turns = Turns.create(
      Math.max(1, Math.floor(options.concurrency / 2)),
    );
  }

  start(): void {
    const { sweepMs } = this.#options;
    this.#timer = setInterval(() => {
      this.#sweep ??= this.sweep().finally(() => {
        this.#sweep = undefined;
      });
    }, sweepMs);
  }

  /** Runs one operation, if it is there to be taken. */
  async run(operationId: string): Promise<void> {
    const { context, logger } = this.#options;
    if (this.#stopping.signal.aborted) {
      // The job was already on its way here; another process gets one in its place.
      await context.knex
        .transaction(trx => context.wake(trx, operationId))
        .catch(error => logger.warn('Could not pass a job on', toError(error)));
      return;
    }
    if (this.#running.has(operationId)) {
      return;
    }
    const run = this.#runInTurn(operationId)
      .catch(error => {
        logger.warn(
          'Could not take up an operation; a sweep will',
          toError(error),
        );
      })
      .finally(() => this.#running.delete(operationId));
    this.#running.set(operationId, run);
    await run;
  }

  /** Runs it, or leaves it as it is until others of its scope have ended. */
  async #runInTurn(operationId: string): Promise<void> {
    const { context, logger, leaseMs } = this.#options;
    const scope = await readScope(context, operationId);
    if (!this.#turns.enter(scope, operationId)) {
      return;
    }
    try {
      await runOperation(context, {
        operationId,
        owner: this.#owner,
        leaseMs,
        logger,
        stopping: this.#stopping.signal,
      });
    } finally {
      const next = this.#turns.leave(scope);
      // Not awaited: it may run for long, and whoever waits here waits for this one only.
      if (next) this.run(next);
    }
  }

  /** Takes up what nobody runs: left by a dead worker, due after a wait, or its job lost. */
  async sweep(): Promise<void> {
    const { context, logger, concurrency } = this.#options;
    const room = concurrency - this.#running.size;
    if (room <= 0 || this.#stopping.signal.aborted) {
      return;
    }
    try {
      const full = this.#turns.full();
      for (const id of await findRunnable(context, room, full)) {
        // Not awaited: `stop` waits for what runs, and a sweep must not.
        this.run(id);
      }
    } catch (error) {
      logger.warn(
        'The sweep for operations left behind failed',
        toError(error),
      );
    }
  }

  /** Gives leases back and waits until nothing runs here any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new Error('The process is stopping'));
    await this.#sweep;
    // The jobs that told of them were taken here, so that others get new ones.
    await Promise.all(this.#turns.clear().map(id => this.run(id)));
    await Promise.all(this.#running.values());
  }
}
