import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  APPROVALS_ANSWERED_TOPIC,
  approvalAnsweredSchema,
} from '@slipway/plugin-approvals-common';
import { readAnswered } from './readAnswered';

/** Marks as read what asks people for an answer that they, or others, have given. */
export const answeredModule = createBackendModule({
  pluginId: 'notifications',
  moduleId: 'answered',
  register(reg) {
    reg.registerInit({
      deps: {
        database: coreServices.database,
        events: eventsServiceRef,
        signals: signalsServiceRef,
      },
      async init({ database, events, signals }) {
        await events.subscribe({
          // One of the replicas is enough.
          id: 'slipway-answered-notifications',
          topics: [APPROVALS_ANSWERED_TOPIC],
          async onEvent({ eventPayload }) {
            const knex = await database.getClient();
            const read = await readAnswered(
              knex,
              approvalAnsweredSchema.parse(eventPayload),
            );
            for (const { id, user } of read) {
              // As upstream's own, so that open pages count anew.
              await signals.publish({
                recipients: { type: 'user', entityRef: user },
                message: {
                  action: 'notification_read',
                  notification_ids: [id],
                },
                channel: 'notifications',
              });
            }
          },
        });
      },
    });
  },
});
