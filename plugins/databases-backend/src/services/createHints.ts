import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  DATABASES_EVENTS_TOPIC,
  DATABASES_SIGNALS_CHANNEL,
  databaseSignalsChannel,
} from '@slipway/plugin-databases-common';

/** One step writes several events; live pages need to look once. */
const GATHER_MS = 100;

/**
 * Tells live pages and the catalog that a database changed: that it did, not what, because
 * everybody who listens hears it.
 */
export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}): {
  send(databaseId: string): void;
  /** Calls back with each hint: something may be waiting in the outbox. */
  onSent(listener: () => void): void;
} {
  const pending = new Set<string>();
  const listeners: (() => void)[] = [];

  const publish = async (databaseId: string) => {
    pending.delete(databaseId);
    const message = { databaseId };
    await deps.events.publish({
      topic: DATABASES_EVENTS_TOPIC,
      eventPayload: message,
    });
    for (const channel of [
      DATABASES_SIGNALS_CHANNEL,
      databaseSignalsChannel(databaseId),
    ]) {
      await deps.signals.publish({
        recipients: { type: 'broadcast' },
        channel,
        message,
      });
    }
  };

  return {
    onSent: listener => listeners.push(listener),
    send(databaseId) {
      if (pending.has(databaseId)) return;
      pending.add(databaseId);
      setTimeout(() => {
        publish(databaseId).catch(error =>
          deps.logger.debug('A hint was lost', toError(error)),
        );
        for (const listener of listeners) listener();
      }, GATHER_MS);
    },
  };
}
