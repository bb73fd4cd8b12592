import type { JsonObject, JsonValue } from '@backstage/types';
import type { Knex } from 'knex';
import { appendEvent } from './database/appendEvent';
import type { StoreContext } from './database/context';
import { forgetExpiredKeys, once } from './database/idempotency';
import * as outbox from './database/outbox';
import * as reading from './database/reading';
import {
  changeState,
  createResource,
  lockResource,
} from './database/resources';
import { toResource } from './database/rows';
import type { Machine } from './machine';
import { migrate, operationsMigrations } from './migrate';
import type { OperationHint, OutboxRow, Resource } from './types';

/** @public */
export interface DurableResourcesOptions {
  /** The plugin's own database; with one schema for each plugin its search path decides. */
  knex: Knex;
  /** Machines without operations: nothing here works for minutes. */
  machines: readonly Machine[];
  /** Called after commit; may be lost. */
  onHint?(hint: OperationHint): void;
  /** Leave the tables as they are, when migrations are run elsewhere. */
  skipMigrations?: boolean;
  /** SQL for the time, for tests that move it; default `clock_timestamp()`. */
  clock?: string;
}

/**
 * Resources whose state changes within one transaction, such as a decision of people: with the
 * timeline, the outbox and the idempotency keys of {@link DurableOperations}, and without its
 * worker and its queue.
 *
 * @public
 */
export class DurableResources {
  readonly #context: StoreContext;

  /** Brings the tables up to date. */
  static async create(
    options: DurableResourcesOptions,
  ): Promise<DurableResources> {
    if (!options.skipMigrations) {
      await migrate(options.knex, operationsMigrations);
    }
    return new DurableResources({
      knex: options.knex,
      clock: options.clock ?? 'clock_timestamp()',
      machines: new Map(options.machines.map(m => [m.kind, m])),
      wake: async () => {
        throw new Error('Resources without operations have nobody to wake');
      },
      hint: (trx, hint) => {
        trx.executionPromise.then(
          () => options.onHint?.(hint),
          () => undefined, // rolled back: there is nothing to tell
        );
      },
    });
  }

  private constructor(context: StoreContext) {
    this.#context = context;
  }

  /** SQL for the time. */
  get clock(): string {
    return this.#context.clock;
  }

  /** Makes a resource in its machine's initial state. */
  createResource(
    trx: Knex.Transaction,
    options: { id: string; kind: string; actor: string },
  ): Promise<Resource> {
    return createResource(this.#context, trx, options);
  }

  /**
   * Changes a resource's state, with an event for the timeline and the outbox.
   *
   * @throws ConflictError when the machine does not lead from the state it has to the new one.
   */
  async changeState(
    trx: Knex.Transaction,
    options: { id: string; to: string; actor?: string; data?: JsonObject },
  ): Promise<Resource> {
    const { id, ...change } = options;
    const seen = toResource(await lockResource(trx, id));
    return changeState(this.#context, trx, { seen, ...change });
  }

  /** Puts something on a resource's timeline and into the outbox. Never a secret. */
  async appendEvent(
    trx: Knex.Transaction,
    event: {
      resourceId: string;
      type: string;
      data?: JsonObject;
      actor?: string;
    },
  ): Promise<void> {
    const resource = await lockResource(trx, event.resourceId);
    await appendEvent(this.#context, trx, { ...event, resource });
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

  readUnacknowledged(options: {
    consumer: string;
    limit?: number;
  }): Promise<OutboxRow[]> {
    return outbox.readUnacknowledged(this.#context, options);
  }

  acknowledge(options: { consumer: string; position: number }): Promise<void> {
    return outbox.acknowledge(this.#context, options);
  }
}
