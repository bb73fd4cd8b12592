import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { DurableOperations, OutboxRow } from '@slipway/operations';
import type { Knex } from 'knex';
import {
  type EventSinkRow,
  leaseSink,
  noteNotTaken,
  noteTaken,
  noteToldOfSink,
  readEventSubjects,
  releaseSink,
  waitFor,
} from '../database/eventSinks';
import { NotTakenError } from './HttpSink';
import { type CloudEvent, toCloudEvent } from './toCloudEvent';

/** Where events go. */
export interface EventSink {
  id: string;
  wants(event: CloudEvent): boolean;
  /** Whether it forgets, so that nothing is gained by noting each event for itself. */
  isHint?: boolean;
  /** @throws NotTakenError */
  send(event: CloudEvent, signal: AbortSignal): Promise<void>;
  /** What is older is left out, so that a sink that is gone holds up nothing. */
  maxAgeHours: number;
  /** Of more than so many the oldest are left out. */
  maxBehind: number;
}

/** What came of an event, for those who count. */
export type EventOutcome = 'delivered' | 'failed' | 'refused' | 'dropped';

interface EventSenderDeps {
  knex: Knex;
  operations: Pick<
    DurableOperations,
    'readUnacknowledged' | 'acknowledge' | 'listConsumers'
  >;
  sinks: readonly EventSink[];
  origin: { source: string; schemas: string };
  logger: LoggerService;
  /** Puts it before the platform team. */
  tell(sinkId: string, sentence: string): Promise<void>;
  count(sinkId: string, outcome: EventOutcome, events: number): void;
}

const BATCH = 50;
const HOUR_MS = 3_600_000;
const LONGEST_DELAY_MS = 5 * 60_000;
/** Less than the lease by more than the longest time that one event may take, which is 20 s. */
const RENEW_MS = 5000;
/** How often an event is sent that the sink says is wrong. */
const WRONG_ATTEMPTS = 5;
/** How long a sink may fail before somebody hears of it. */
const TELL_AFTER_SECONDS = 30 * 60;

const TELL_AGAIN_MS = 60 * 60_000;

/** The reader of the outbox that a sink is. */
export function consumerOf(sinkId: string): string {
  return `sink:${sinkId}`;
}

/**
 * Sends events to sinks: each at least once and in order, by a cursor of its own, by one replica at a time. A sink that takes
 * nothing holds up nobody but itself.
 */
export class EventSender {
  readonly #deps: EventSenderDeps;
  readonly #owner = randomUUID();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #told = new Map<string, number>();
  readonly #stopping = new AbortController();

  static create(deps: EventSenderDeps): EventSender {
    return new EventSender(deps);
  }

  private constructor(deps: EventSenderDeps) {
    this.#deps = deps;
  }

  /** There may be something to send. Never rejects; ends when nothing is left or a sink takes nothing. */
  async wake(): Promise<void> {
    await Promise.all(this.#deps.sinks.map(sink => this.#wakeOne(sink)));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  #wakeOne(sink: EventSink): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    const { id } = sink;
    const running = this.#running.get(id);
    if (running) {
      // What has come since may be behind what it has read.
      this.#again.add(id);
      return running;
    }
    clearTimeout(this.#timers.get(id));
    const run = this.#drain(sink)
      .catch(error => {
        this.#deps.logger.warn(
          `Events are sent to '${id}' later`,
          toError(error),
        );
        return LONGEST_DELAY_MS;
      })
      .then(delayMs => {
        this.#running.delete(id);
        if (this.#again.delete(id)) return this.#wakeOne(sink);
        if (delayMs !== undefined) this.#later(sink, delayMs);
        return undefined;
      });
    this.#running.set(id, run);
    return run;
  }

  #later(sink: EventSink, delayMs: number) {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timers.get(sink.id));
    const timer = setTimeout(
      () => void this.#wakeOne(sink),
      Math.min(delayMs + 50, LONGEST_DELAY_MS),
    );
    timer.unref();
    this.#timers.set(sink.id, timer);
  }

  /** Sends what there is; when it is worth another look, in milliseconds, unless a hint says so sooner. */
  async #drain(sink: EventSink): Promise<number | undefined> {
    const { knex, operations } = this.#deps;
    const consumer = consumerOf(sink.id);
    let isOurs = false;
    try {
      for (let isFirst = true; ; isFirst = false) {
        let rows = await operations.readUnacknowledged({
          consumer,
          limit: BATCH,
        });
        if (!rows.length) return undefined;
        const lease = await leaseSink(knex, sink.id, this.#owner);
        // Another replica sends, or it is waited for the sink.
        if (!lease) return await waitFor(knex, sink.id);
        isOurs = true;
        rows = await this.#keepToLimits(sink, rows, isFirst);
        const delayMs = await this.#sendAll(sink, rows, lease);
        if (delayMs !== undefined) return delayMs;
        if (this.#stopping.signal.aborted) return undefined;
      }
    } finally {
      if (isOurs) await releaseSink(knex, sink.id, this.#owner);
    }
  }

  async #sendAll(
    sink: EventSink,
    rows: OutboxRow[],
    leased: EventSinkRow,
  ): Promise<number | undefined> {
    const { knex, operations, count } = this.#deps;
    const consumer = consumerOf(sink.id);
    const acknowledge = (position: number) =>
      operations.acknowledge({ consumer, position });
    let state = leased;
    let passed: number | undefined;
    let leasedAt = performance.now();
    for (const { position, event } of await this.#toCloudEvents(rows)) {
      if (this.#stopping.signal.aborted) break;
      if (!event || !sink.wants(event)) {
        passed = position;
        continue;
      }
      // It outlasts what one may take.
      if (performance.now() - leasedAt > RENEW_MS) {
        const lease = await leaseSink(knex, sink.id, this.#owner);
        if (!lease) return waitFor(knex, sink.id);
        leasedAt = performance.now();
      }
      try {
        await sink.send(event, this.#stopping.signal);
      } catch (error) {
        if (this.#stopping.signal.aborted) break;
        const delayMs = await this.#notTaken(sink, position, error);
        if (delayMs !== undefined) return delayMs;
        // Refused for good.
        state = { ...state, failures: 1 };
        passed = position;
        await acknowledge(position);
        continue;
      }
      passed = position;
      count(sink.id, 'delivered', 1);
      if (sink.isHint) continue;
      await acknowledge(position);
      passed = undefined;
      state = await noteTaken(knex, state);
    }
    if (passed !== undefined) await acknowledge(passed);
    return undefined;
  }

  /** Notes it; for how long to wait, or undefined when this event is given up. */
  async #notTaken(
    sink: EventSink,
    position: number,
    error: unknown,
  ): Promise<number | undefined> {
    const { knex, logger, count, tell } = this.#deps;
    const known = error instanceof NotTakenError ? error : undefined;
    const sentence = known?.message ?? 'could not be sent to';
    const before = await knex('event_sinks').where({ id: sink.id }).first();
    const backoff = Math.min(
      1000 * 2 ** Math.min(before?.failures ?? 0, 12),
      LONGEST_DELAY_MS,
    );
    // Jitter, so that replicas and sinks do not come at once.
    const delayMs = Math.max(
      known?.retryAfterMs ?? 0,
      backoff * (0.5 + Math.random() / 2),
    );
    const row = await noteNotTaken(knex, sink.id, {
      error: sentence,
      delayMs,
      ...(known?.isWrong && { wrongPosition: position }),
    });
    count(sink.id, 'failed', 1);
    if (row.failures === 1) {
      logger.warn(`The sink '${sink.id}' ${sentence}. It is tried again.`);
    }
    if (known?.isWrong && row.head_attempts >= WRONG_ATTEMPTS) {
      count(sink.id, 'refused', 1);
      const what = `The sink '${sink.id}' ${sentence} to the event at position ${position}, ${WRONG_ATTEMPTS} times. It is left out.`;
      logger.error(what);
      await tell(sink.id, what);
      await knex('event_sinks')
        .where({ id: sink.id })
        .update({ next_attempt_at: null });
      return undefined;
    }
    if (
      row.failing_seconds > TELL_AFTER_SECONDS &&
      (await noteToldOfSink(knex, sink.id))
    ) {
      await tell(
        sink.id,
        `The sink '${sink.id}' takes no events: it ${sentence}. They are kept for ${sink.maxAgeHours} hours.`,
      );
    }
    return delayMs;
  }

  /** Leaves out what is too old or too much, says so, and returns what is left of these rows. */
  async #keepToLimits(sink: EventSink, rows: OutboxRow[], isFirst: boolean) {
    const { operations, logger, count } = this.#deps;
    const consumer = consumerOf(sink.id);
    const oldest = Date.now() - sink.maxAgeHours * HOUR_MS;
    const known = isFirst
      ? (await operations.listConsumers()).find(({ id }) => id === consumer)
      : undefined;
    // Positions have no gaps.
    const tooMany = Math.max(0, (known?.behind ?? 0) - sink.maxBehind);
    const beyond = rows[0].position - 1 + tooMany;
    const left = rows.filter(
      ({ position, event }) =>
        position > beyond && event.createdAt.getTime() >= oldest,
    );
    if (left.length === rows.length) return rows;
    const last = rows.findLast(row => !left.includes(row))!;
    const position = Math.max(last.position, tooMany > 0 ? beyond : 0);
    await operations.acknowledge({ consumer, position });
    const dropped = position - rows[0].position + 1;
    count(sink.id, 'dropped', dropped);
    const what = `${dropped} events for the sink '${sink.id}' were left out: ${tooMany > 0 ? `it is more than ${sink.maxBehind} behind` : `they are older than ${sink.maxAgeHours} hours`}.`;
    logger[sink.isHint ? 'debug' : 'error'](what);
    await this.#tellSeldom(sink.id, what);
    return left.filter(row => row.position > position);
  }

  /** Of much that is left out in a row people hear once. */
  async #tellSeldom(id: string, what: string) {
    const last = this.#told.get(id);
    if (last !== undefined && performance.now() - last < TELL_AGAIN_MS) return;
    this.#told.set(id, performance.now());
    await this.#deps.tell(id, what);
  }

  async #toCloudEvents(rows: OutboxRow[]) {
    const { knex, origin } = this.#deps;
    const events = rows.map(({ event }) => event);
    const known = await readEventSubjects(knex, {
      databaseIds: [...new Set(events.map(({ resourceId }) => resourceId))],
      operationIds: [
        ...new Set(events.flatMap(({ operationId }) => operationId ?? [])),
      ],
    });
    return rows.map(({ position, event }) => {
      const subject = known.subject(event.resourceId, event.createdAt);
      const operationType = known.operationType(event.operationId);
      return {
        position,
        event:
          subject && toCloudEvent(event, { subject, operationType }, origin),
      };
    });
  }
}
