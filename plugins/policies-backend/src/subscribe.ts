import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import {
  APPROVALS_EVENTS_TOPIC,
  approvalSignalSchema,
} from '@slipway/plugin-approvals-common';
import {
  POLICY_OBJECTS_EVENTS_TOPIC,
  policyObjectHintSchema,
} from '@slipway/plugin-policies-common';
import type { WaiversWatch } from './services/WaiversWatch';
import type { Looks } from './sweep/Looks';

/** Listens for what changed. Hints only: tasks find what was lost. */
export async function subscribe(deps: {
  events: EventsService;
  logger: LoggerService;
  looks: Looks;
  watch: WaiversWatch;
}): Promise<void> {
  const { events, logger, looks, watch } = deps;
  await events.subscribe({
    id: 'policies-approvals',
    topics: [APPROVALS_EVENTS_TOPIC],
    async onEvent({ eventPayload }) {
      const hint = approvalSignalSchema.safeParse(eventPayload);
      if (!hint.success) return;
      await watch
        .look(hint.data)
        .catch(error =>
          logger.warn('Waivers will be looked at later', toError(error)),
        );
    },
  });
  await events.subscribe({
    id: 'policies-objects',
    topics: [POLICY_OBJECTS_EVENTS_TOPIC],
    async onEvent({ eventPayload }) {
      const hint = policyObjectHintSchema.safeParse(eventPayload);
      if (!hint.success) return;
      const { source, id, ids = [] } = hint.data;
      looks.ask(source, id === undefined ? ids : [id, ...ids]);
    },
  });
}
