import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { createHintSender } from '@slipway/backend-utils';
import { toError } from '@backstage/errors';
import {
  databaseHealthSignalsChannel,
  DATABASES_EVENTS_TOPIC,
  DATABASES_SIGNALS_CHANNEL,
  databaseSignalsChannel,
} from '@slipway/plugin-databases-common';

/**
 * Tells live pages and the catalog that a database changed: that it did, not what, because
 * everybody who listens hears it.
 */
export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}) {
  const sender = createHintSender({
    logger: deps.logger,
    publish: async databaseId => {
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
    },
  });
  return {
    send: sender.send,
    onSent: sender.onSent,
    /** Lets the page of a database that is open show what was measured; no other page is bothered. */
    measured(databaseId: string) {
      deps.signals
        .publish({
          recipients: { type: 'broadcast' },
          channel: databaseHealthSignalsChannel(databaseId),
          message: { databaseId },
        })
        .catch(error =>
          deps.logger.warn('A page was not told of news', toError(error)),
        );
    },
  };
}
