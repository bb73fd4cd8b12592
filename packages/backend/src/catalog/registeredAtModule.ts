import { createBackendModule } from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { RegisteredAtProcessor } from './RegisteredAtProcessor';

/** Lets the catalog remember when it saw an entity first. */
export const registeredAtModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'registered-at',
  register(reg) {
    reg.registerInit({
      deps: { catalog: catalogProcessingExtensionPoint },
      async init({ catalog }) {
        catalog.addProcessor(new RegisteredAtProcessor());
      },
    });
  },
});
