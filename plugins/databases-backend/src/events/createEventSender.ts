import type {
  LoggerService,
  RootConfigService,
} from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { metrics, type Meter } from '@opentelemetry/api';
import type { DurableOperations } from '@slipway/operations';
import { DATABASES_CLOUD_EVENTS_TOPIC } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { readLag } from '../database/eventSinks';
import type { DatabasesConfig } from '../config';
import { consumerOf, EventSender, type EventSink } from './EventSender';
import { sendToHttp } from './HttpSink';
import { fits } from './sinkConfig';

/** Backstage's events service, as a sink that forgets. */
const HINTS = 'events-service';
/** A hint that is older helps nobody. */
const HINT_HOURS = 24;

interface Deps {
  knex: Knex;
  operations: DurableOperations;
  events: EventsService;
  notifications: NotificationService;
  config: RootConfigService;
  logger: LoggerService;
  /** Of this service, as others reach it. */
  address: string;
  meter?: Meter;
}

/** The readers of the outbox that the configuration names. */
export function eventConsumers(config: DatabasesConfig['events']): string[] {
  return [HINTS, ...config.sinks.map(({ id }) => id)].map(consumerOf);
}

/** What sends events to the sinks of the configuration and, as a hint, to Backstage's events service. */
export function createEventSender(
  deps: Deps,
  config: DatabasesConfig['events'],
): EventSender {
  const { knex, operations, events, notifications, logger } = deps;
  const meter = deps.meter ?? metrics.getMeter('slipway-databases');
  const counters = {
    delivered: meter.createCounter('slipway.events.delivered', {
      description: 'Events that a sink has taken',
    }),
    failed: meter.createCounter('slipway.events.failed', {
      description: 'Attempts that a sink did not take',
    }),
    refused: meter.createCounter('slipway.events.refused', {
      description: 'Events that a sink says are wrong, and that were left out',
    }),
    dropped: meter.createCounter('slipway.events.dropped', {
      description:
        'Events that were left out, because they are too old or too many',
    }),
  };
  const administrators =
    deps.config.getOptionalStringArray('permission.slipway.administrators') ??
    [];
  const hints: EventSink = {
    id: HINTS,
    isHint: true,
    wants: () => true,
    maxAgeHours: HINT_HOURS,
    maxBehind: 10_000,
    async send(event) {
      await events
        .publish({
          topic: DATABASES_CLOUD_EVENTS_TOPIC,
          eventPayload: event,
        })
        // A hint may be lost.
        .catch(error =>
          logger.warn('An event was not published', toError(error)),
        );
    },
  };
  const sinks = [
    hints,
    ...config.sinks.map((sink): EventSink => ({
      ...sink,
      wants: ({ type }) =>
        !sink.types || sink.types.some(filter => fits(filter, type)),
      send: (event, signal) => sendToHttp(sink, event, signal),
    })),
  ];
  const lag = meter.createObservableGauge('slipway.events.lag', {
    unit: 's',
    description: 'How old the oldest event is that a sink has not taken',
  });
  lag.addCallback(async result => {
    for (const { id } of config.sinks) {
      const seconds = await readLag(knex, consumerOf(id)).catch(error => {
        logger.warn('The lag of events was not measured', toError(error));
        return undefined;
      });
      if (seconds !== undefined) result.observe(seconds, { sink: id });
    }
  });
  return EventSender.create({
    knex,
    operations,
    sinks,
    logger,
    origin: {
      source: config.source ?? deps.address,
      schemas: `${deps.address}/event-schemas`,
    },
    count: (sink, outcome, n) => {
      if (sink !== HINTS) counters[outcome].add(n, { sink });
    },
    async tell(sink, description) {
      if (sink === HINTS || !administrators.length) return;
      await notifications
        .send({
          recipients: { type: 'entity', entityRef: administrators },
          payload: {
            title: 'Events about databases do not arrive',
            description,
            severity: 'high',
            topic: 'databases',
            scope: `databases/events/${sink}`,
          },
        })
        .catch(error =>
          logger.warn('The platform team could not be told', toError(error)),
        );
    },
  });
}
