import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import { readPostgresProviders } from './config';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';

/**
 * Adds a provider for each server under `databases.providers.postgres`.
 * @public
 */
export const databasesModulePostgres = createBackendModule({
  pluginId: 'databases',
  moduleId: 'postgres',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        providers: databaseProvidersExtensionPoint,
      },
      async init({ config, lifecycle, providers }) {
        for (const providerConfig of readPostgresProviders(config)) {
          const provider = PostgresDatabaseProvider.create(providerConfig);
          providers.addProvider(provider);
          lifecycle.addShutdownHook(() => provider.close());
        }
      },
    });
  },
});
