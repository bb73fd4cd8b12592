import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import { POLICY_OBJECTS_EVENTS_TOPIC } from '@slipway/plugin-policies-common';
import { CATALOG_OBJECTS_SOURCE } from '@slipway/plugin-policies-node';

/** By then the catalog mostly shows what was processed. */
const RIPE_AFTER_MS = 5_000;
/** In one event. The first start of a portal processes thousands. */
const MOST_IDS = 500;

/**
 * Tells the policies plugin which entities to look at, those of some seconds together. Each waits for five to ten seconds, unless
 * `ripeAfterMs` says otherwise. A hint may be
 * lost: the sweep comes by.
 */
export class EntityHints {
  readonly #events: EventsService;
  readonly #logger: LoggerService;
  readonly #ripeAfterMs: number;
  #young = new Set<string>();
  #ripe = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  static create(deps: {
    events: EventsService;
    logger: LoggerService;
    ripeAfterMs?: number;
  }): EntityHints {
    return new EntityHints(deps);
  }

  private constructor(deps: {
    events: EventsService;
    logger: LoggerService;
    ripeAfterMs?: number;
  }) {
    this.#events = deps.events;
    this.#logger = deps.logger;
    this.#ripeAfterMs = deps.ripeAfterMs ?? RIPE_AFTER_MS;
  }

  send(entityRef: string): void {
    this.#young.add(entityRef);
    this.#timer ??= setTimeout(() => this.#turn(), this.#ripeAfterMs).unref();
  }

  #turn(): void {
    const ids = [...this.#ripe];
    this.#ripe = this.#young;
    this.#young = new Set();
    this.#timer =
      this.#ripe.size > 0
        ? setTimeout(() => this.#turn(), this.#ripeAfterMs).unref()
        : undefined;
    for (let from = 0; from < ids.length; from += MOST_IDS) {
      this.#events
        .publish({
          topic: POLICY_OBJECTS_EVENTS_TOPIC,
          eventPayload: {
            source: CATALOG_OBJECTS_SOURCE,
            ids: ids.slice(from, from + MOST_IDS),
          },
        })
        .catch(error => this.#logger.debug('Hints were lost', toError(error)));
    }
  }
}
