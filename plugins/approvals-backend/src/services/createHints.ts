import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { createHintSender } from '@slipway/backend-utils';
import {
  APPROVALS_EVENTS_TOPIC,
  APPROVALS_SIGNALS_CHANNEL,
} from '@slipway/plugin-approvals-common';

/**
 * Tells live pages and the plugins that asked that an approval changed: that it did, not what,
 * because everybody who listens hears it.
 */
export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}) {
  return createHintSender({
    logger: deps.logger,
    publish: async approvalId => {
      await deps.events.publish({
        topic: APPROVALS_EVENTS_TOPIC,
        eventPayload: { approvalId },
      });
      await deps.signals.publish({
        recipients: { type: 'broadcast' },
        channel: APPROVALS_SIGNALS_CHANNEL,
        message: { approvalId },
      });
    },
  });
}
