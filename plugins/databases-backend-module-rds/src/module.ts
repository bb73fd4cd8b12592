import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import { readRdsProviders } from './config';
import { RdsDatabaseProvider } from './RdsDatabaseProvider';

/**
 * Adds a provider for each account and region under `databases.providers.rds`.
 * @public
 */
export const databasesModuleRds = createBackendModule({
  pluginId: 'databases',
  moduleId: 'rds',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        providers: databaseProvidersExtensionPoint,
      },
      async init({ config, lifecycle, providers }) {
        for (const providerConfig of readRdsProviders(config)) {
          const provider = RdsDatabaseProvider.create(providerConfig);
          providers.addProvider(provider);
          lifecycle.addShutdownHook(() => provider.close());
        }
      },
    });
  },
});
