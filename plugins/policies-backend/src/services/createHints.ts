import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  POLICIES_EVENTS_TOPIC,
  POLICIES_SIGNALS_CHANNEL,
  type PoliciesSignal,
} from '@slipway/plugin-policies-common';

/** Several changes in a row; live pages need to look once. */
const GATHER_MS = 300;

/** Tells live pages and other plugins that something changed: that it did, not what. */
export type SendHint = (changed: PoliciesSignal['changed']) => void;

export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}): SendHint {
  const pending = new Set<string>();

  const publish = async (changed: PoliciesSignal['changed']) => {
    pending.delete(changed);
    await deps.events.publish({
      topic: POLICIES_EVENTS_TOPIC,
      eventPayload: { changed },
    });
    await deps.signals.publish({
      recipients: { type: 'broadcast' },
      channel: POLICIES_SIGNALS_CHANNEL,
      message: { changed },
    });
  };

  return changed => {
    if (pending.has(changed)) return;
    pending.add(changed);
    setTimeout(() => {
      publish(changed).catch(error =>
        deps.logger.debug('A hint was lost', toError(error)),
      );
    }, GATHER_MS);
  };
}
