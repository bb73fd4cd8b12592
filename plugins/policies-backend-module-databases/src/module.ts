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
import { policyObjectsExtensionPoint } from '@slipway/plugin-policies-node';
import { DatabasesSource } from './DatabasesSource';

/**
 * Lets the sweep look at databases, and looks again at one that changed.
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
      },
      async init({ auth, discovery, events, objects }) {
        const source = DatabasesSource.create({ auth, discovery });
        objects.addSource(source);
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
