import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  databaseSignalSchema,
  DATABASES_EVENTS_TOPIC,
} from '@slipway/plugin-databases-common';
import { POLICY_OBJECTS_EVENTS_TOPIC } from '@slipway/plugin-policies-common';
import {
  policyObjectsExtensionPoint,
  policyRequestsExtensionPoint,
} from '@slipway/plugin-policies-node';
import { DatabaseRequestCompletion } from './DatabaseRequestCompletion';
import { DatabasesDoor } from './DatabasesDoor';
import { DatabasesSource } from './DatabasesSource';
import { OrdersForesight } from './OrdersForesight';

/**
 * Lets the sweep look at databases, looks again at one that changed, and answers people who ask about an order, or about a golden path that
 * orders one, as the order itself would be answered.
 *
 * @public
 */
export const policiesModuleDatabases = createBackendModule({
  pluginId: 'policies',
  moduleId: 'databases',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        objects: policyObjectsExtensionPoint,
        requests: policyRequestsExtensionPoint,
      },
      async init({ auth, discovery, events, objects, requests }) {
        const door = DatabasesDoor.create({ auth, discovery });
        const source = DatabasesSource.create(door);
        objects.addSource(source);
        requests.addCompletion(DatabaseRequestCompletion.create(door));
        requests.addForesight(OrdersForesight.create());
        await events.subscribe({
          id: 'policies-databases',
          topics: [DATABASES_EVENTS_TOPIC],
          async onEvent({ eventPayload }) {
            const hint = databaseSignalSchema.safeParse(eventPayload);
            if (!hint.success) return;
            await events.publish({
              topic: POLICY_OBJECTS_EVENTS_TOPIC,
              eventPayload: { source: source.id, id: hint.data.databaseId },
            });
          },
        });
      },
    });
  },
});
