import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  APPROVALS_EVENTS_TOPIC,
  APPROVALS_SIGNALS_CHANNEL,
} from '@slipway/plugin-approvals-common';

/** A vote and the decision are two events; live pages need to look once. */
const GATHER_MS = 100;

/**
 * Tells live pages and the plugins that asked that an approval changed: that it did, not what,
 * because everybody who listens hears it.
 */
export function createHints(deps: {
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}): {
  send(approvalId: string): void;
  /** Calls back with each hint: something may be waiting in the outbox. */
  onSent(listener: () => void): void;
} {
  const pending = new Set<string>();
  const listeners: (() => void)[] = [];

  const publish = async (approvalId: string) => {
    pending.delete(approvalId);
    await deps.events.publish({
      topic: APPROVALS_EVENTS_TOPIC,
      eventPayload: { approvalId },
    });
    await deps.signals.publish({
      recipients: { type: 'broadcast' },
      channel: APPROVALS_SIGNALS_CHANNEL,
      message: { approvalId },
    });
  };

  return {
    onSent: listener => listeners.push(listener),
    send(approvalId) {
      if (pending.has(approvalId)) return;
      pending.add(approvalId);
      setTimeout(() => {
        publish(approvalId).catch(error =>
          deps.logger.debug('A hint was lost', toError(error)),
        );
        for (const listener of listeners) listener();
      }, GATHER_MS);
    },
  };
}
