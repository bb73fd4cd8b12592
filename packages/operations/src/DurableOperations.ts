import type { LoggerService } from '@backstage/backend-plugin-api';
import type { JsonValue } from '@backstage/types';
import type { Knex } from 'knex';
import { appendEvent } from './database/appendEvent';
import type { StoreContext } from './database/context';
import { machineOf } from './database/context';
import { cancelOperation, resolveUncertain } from './database/decisions';
import { forgetExpiredKeys, once } from './database/idempotency';
import * as outbox from './database/outbox';
import * as pauses from './database/pauses';
import * as reading from './database/reading';
import {
  createResource,
  lockResource,
  setCondition,
} from './database/resources';
import {
  forgetConsumer,
  listConsumers,
  pruneOutbox,
  pruneResources,
} from './database/retention';
import { startOperation } from './database/startOperation';
import type { Machine } from './machine';
import { migrate, operationsMigrations } from './migrate';
import type {
  Operation,
  OperationHint,
  OutboxRow,
  Resource,
  StartOperationOptions,
} from './types';
import { JobQueue } from './worker/JobQueue';
import { Worker } from './worker/Worker';

const DEFAULT_CONCURRENCY = 8;

/** @public */
export interface DurableOperationsOptions {
  /** The plugin's own database; with one schema for each plugin its search path decides. */
  knex: Knex;
  /** Names the job queue's schema, `<pluginId>_jobs`, so that plugins can share a database. */
  pluginId: string;
  machines: readonly Machine[];
  logger: LoggerService;
  /** Called after commit; may be lost. */
  onHint?(hint: OperationHint): void;
  /**
   * Operations at a time in this process; default 8. Of those that the same pause switch can hold
   * up, at most half, so that an outside that hangs leaves room for the others.
   */
  concurrency?: number;
  /** Milliseconds by the database's clock; default 9,000. Lease and sweep together bound a takeover. */
  leaseMs?: number;
  /** Milliseconds; default 4,000. */
  sweepMs?: number;
  /**
   * Durable readers of the outbox. They are registered at once, so that nothing is removed before
   * they have acknowledged it, even when they have never read.
   */
  consumers?: readonly string[];
  /** Leave the tables as they are, when migrations are run elsewhere. */
  skipMigrations?: boolean;
  /** SQL for the time, for tests that move it; default `clock_timestamp()`. */
  clock?: string;
}

/**
 * Resources, operations on them, their timeline and outbox, and the worker of this process.
 *
 * @public
 */
export class DurableOperations {
  readonly #context: StoreContext;
  readonly #queue: JobQueue;
  readonly #worker: Worker;

  /** Brings the tables up to date and connects the queue. Work begins with {@link DurableOperations.start}. */
  static async create(
    options: DurableOperationsOptions,
  ): Promise<DurableOperations> {
    const { knex, logger } = options;
    if (!options.skipMigrations) {
      await migrate(knex, operationsMigrations);
    }
    const queue = JobQueue.create({
      knex,
      schema: `${options.pluginId.replace(/\W/g, '_')}_jobs`,
      logger,
    });
    const context: StoreContext = {
      knex,
      clock: options.clock ?? 'clock_timestamp()',
      machines: new Map(options.machines.map(m => [m.kind, m])),
      wake: (trx, id, delayMs) => queue.wake(trx, id, delayMs),
      onLateConsumer: (consumer, position) =>
        logger.warn(
          `The consumer '${consumer}' begins after position ${position} of the outbox: what was before had been acknowledged by all others and was removed`,
        ),
      hint: (trx, hint) => {
        trx.executionPromise.then(
          () => options.onHint?.(hint),
          () => undefined, // rolled back: there is nothing to tell
        );
      },
    };
    for (const consumer of options.consumers ?? []) {
      await outbox.register(context, consumer);
    }
    await queue.start();
    const worker = Worker.create({
      context,
      logger,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      leaseMs: options.leaseMs ?? 9_000,
      sweepMs: options.sweepMs ?? 4_000,
    });
    return new DurableOperations(context, queue, worker, options);
  }

  readonly #concurrency: number;

  private constructor(
    context: StoreContext,
    queue: JobQueue,
    worker: Worker,
    options: DurableOperationsOptions,
  ) {
    this.#context = context;
    this.#queue = queue;
    this.#worker = worker;
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  }

  /** Whether new work wakes this process at once. When not, the log has said why. */
  get listening(): boolean {
    return this.#queue.listening;
  }

  /** Begins to run operations in this process. */
  async start(): Promise<void> {
    await this.#queue.work(id => this.#worker.run(id), this.#concurrency);
    this.#worker.start();
  }

  /** Gives back what runs here and disconnects. */
  async stop(): Promise<void> {
    // First, so that the wake-ups sent for what is given back go to somebody else.
    await this.#queue.hush();
    await this.#worker.stop();
    await this.#queue.stop();
  }

  /** Makes a resource in its machine's initial state. */
  createResource(
    trx: Knex.Transaction,
    options: { id: string; kind: string; actor: string },
  ): Promise<Resource> {
    return createResource(this.#context, trx, options);
  }

  /**
   * Holds a resource until the transaction ends. Whoever also locks rows of its own locks the
   * resource first, as workers do: otherwise the two wait for each other.
   */
  async hold(trx: Knex.Transaction, resourceId: string): Promise<void> {
    await lockResource(trx, resourceId);
  }

  /** Accepts an operation. ConflictError when the resource is busy, changed, or in another state. */
  startOperation(
    trx: Knex.Transaction,
    options: StartOperationOptions,
  ): Promise<Operation> {
    return startOperation(this.#context, trx, options);
  }

  /** Puts something on a resource's timeline and into the outbox. Never a secret. */
  async appendEvent(
    trx: Knex.Transaction,
    event: {
      resourceId: string;
      type: string;
      data?: Operation['input'];
      actor?: string;
    },
  ): Promise<void> {
    const resource = await lockResource(trx, event.resourceId);
    await appendEvent(this.#context, trx, { ...event, resource });
  }

  /** Sets a condition, or clears it when there is no message. */
  setCondition(
    trx: Knex.Transaction,
    options: { resourceId: string; type: string; message?: string },
  ): Promise<void> {
    return setCondition(this.#context, trx, options);
  }

  /** A person decides about an uncertain operation: go on, or give it up. */
  resolveUncertain(
    trx: Knex.Transaction,
    options: {
      operationId: string;
      decision: 'resume' | 'give-up';
      actor: string;
    },
  ): Promise<void> {
    return resolveUncertain(this.#context, trx, options);
  }

  /**
   * Calls an operation off, at once or after what it did was taken back; `Operation.cancel` says
   * which. ConflictError when neither can be done.
   */
  cancel(
    trx: Knex.Transaction,
    options: { operationId: string; actor: string },
  ): Promise<void> {
    return cancelOperation(this.#context, trx, options);
  }

  /** Runs a request once for its key; see the README. */
  once<T extends JsonValue>(
    trx: Knex.Transaction,
    options: { scope: string; key: string; body: JsonValue; ttlMs?: number },
    fn: () => Promise<T>,
  ): Promise<{ result: T; replayed: boolean }> {
    return once(this.#context, trx, options, fn);
  }

  /** Removes idempotency keys that have expired; for a scheduled task. */
  forgetExpiredKeys(): Promise<number> {
    return forgetExpiredKeys(this.#context);
  }

  pause(
    trx: Knex.Transaction,
    options: { scope: string; reason: string; actor: string },
  ): Promise<void> {
    return pauses.pause(this.#context, trx, options);
  }

  unpause(
    trx: Knex.Transaction,
    options: { scope: string; actor: string },
  ): Promise<void> {
    return pauses.unpause(this.#context, trx, options);
  }

  listPauses() {
    return pauses.listPauses(this.#context);
  }

  getResource(id: string, knex: Knex = this.#context.knex): Promise<Resource> {
    return reading.getResource(knex, id);
  }

  /**
   * The newest fence of a resource, for short calls to the outside that are not operations: one
   * that takes the resource over meanwhile makes them stale.
   */
  getFence(id: string): Promise<bigint> {
    return reading.getFence(this.#context.knex, id);
  }

  getResources(ids: string[]): Promise<Map<string, Resource>> {
    return reading.getResources(this.#context.knex, ids);
  }

  getOperation(
    id: string,
    knex: Knex = this.#context.knex,
  ): Promise<Operation> {
    return reading.getOperation(this.#context, knex, id);
  }

  /** The newest operation of each resource, by the resource's id. */
  latestOperations(
    resourceIds: string[],
    knex: Knex = this.#context.knex,
  ): Promise<Map<string, Operation>> {
    return reading.latestOperations(this.#context, knex, resourceIds);
  }

  listEvents(options: { resourceId: string; after?: string; limit?: number }) {
    return reading.listEvents(this.#context.knex, options);
  }

  /** Hands a durable consumer its next rows; see {@link OutboxRow}. */
  consume(
    options: { consumer: string; limit?: number },
    handler: (rows: OutboxRow[], trx: Knex.Transaction) => Promise<void>,
  ): Promise<number> {
    return outbox.consume(this.#context, options, handler);
  }

  readOutbox(options: { after: number; limit: number }): Promise<OutboxRow[]> {
    return outbox.readOutbox(this.#context, options);
  }

  readUnacknowledged(options: {
    consumer: string;
    limit?: number;
  }): Promise<OutboxRow[]> {
    return outbox.readUnacknowledged(this.#context, options);
  }

  acknowledge(options: { consumer: string; position: number }): Promise<void> {
    return outbox.acknowledge(this.#context, options);
  }

  /** The registered consumers; one that never acknowledges keeps the outbox from being emptied. */
  listConsumers() {
    return listConsumers(this.#context);
  }

  /**
   * Forgets a consumer that reads no more, unless it has acknowledged something within the last day; whether it is gone.
   */
  forgetConsumer(consumer: string): Promise<boolean> {
    return forgetConsumer(this.#context, consumer);
  }

  /**
   * Removes a batch of outbox rows that all registered consumers have acknowledged; for a
   * scheduled task, until it returns 0. Safe in several replicas at once.
   */
  pruneOutbox(options: { olderThanDays: number }): Promise<number> {
    return pruneOutbox(this.#context, options);
  }

  /**
   * Removes timelines and operations of a batch of resources that ended so long ago; for a
   * scheduled task, until it returns 0. Safe in several replicas at once.
   */
  pruneResources(options: { olderThanDays: number }): Promise<number> {
    return pruneResources(this.#context, options);
  }

  /** Whether a resource of this kind may go from one state to another. */
  allows(kind: string, from: string, to: string): boolean {
    return machineOf(this.#context, kind).allows(from, to);
  }
}
