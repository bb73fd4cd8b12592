import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import { readExampleProviders } from './config';
import { ExampleDatabaseProvider } from './ExampleDatabaseProvider';

/**
 * Adds a provider for each API under `databases.providers.example`.
 * @public
 */
export const databasesModuleExample = createBackendModule({
  pluginId: 'databases',
  moduleId: 'example',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        providers: databaseProvidersExtensionPoint,
      },
      async init({ config, providers }) {
        for (const providerConfig of readExampleProviders(config)) {
          providers.addProvider(ExampleDatabaseProvider.create(providerConfig));
        }
      },
    });
  },
});
