import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { createHintSender } from '@slipway/backend-utils';
import {
  POLICIES_EVENTS_TOPIC,
  POLICIES_SIGNALS_CHANNEL,
  type PoliciesSignal,
} from '@slipway/plugin-policies-common';

/** Several changes in a row, such as those of a sweep; live pages need to look once. */
const GATHER_MS = 300;

/** Tells live pages and other plugins that something changed: that it did, not what. */
export type SendHint = (changed: PoliciesSignal['changed']) => void;

export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}): SendHint {
  const { send } = createHintSender<PoliciesSignal['changed']>({
    logger: deps.logger,
    gatherMs: GATHER_MS,
    publish: async changed => {
      await deps.events.publish({
        topic: POLICIES_EVENTS_TOPIC,
        eventPayload: { changed },
      });
      await deps.signals.publish({
        recipients: { type: 'broadcast' },
        channel: POLICIES_SIGNALS_CHANNEL,
        message: { changed },
      });
    },
  });
  return send;
}
