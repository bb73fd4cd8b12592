import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import { readMariaDbProviders } from './config';
import { MariaDbDatabaseProvider } from './MariaDbDatabaseProvider';

/**
 * Adds a provider for each server under `databases.providers.mariadb`.
 * @public
 */
export const databasesModuleMariaDb = createBackendModule({
  pluginId: 'databases',
  moduleId: 'mariadb',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        providers: databaseProvidersExtensionPoint,
      },
      async init({ config, lifecycle, providers }) {
        for (const providerConfig of readMariaDbProviders(config)) {
          const provider = MariaDbDatabaseProvider.create(providerConfig);
          providers.addProvider(provider);
          lifecycle.addShutdownHook(() => provider.close());
        }
      },
    });
  },
});
