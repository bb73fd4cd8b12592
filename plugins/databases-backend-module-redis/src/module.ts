import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '@slipway/plugin-databases-node';
import { readRedisProviders } from './config';
import { RedisDatabaseProvider } from './RedisDatabaseProvider';

/**
 * Adds a provider for each server under `databases.providers.redis`.
 * @public
 */
export const databasesModuleRedis = createBackendModule({
  pluginId: 'databases',
  moduleId: 'redis',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        providers: databaseProvidersExtensionPoint,
      },
      async init({ config, lifecycle, providers }) {
        for (const providerConfig of readRedisProviders(config)) {
          const provider = RedisDatabaseProvider.create(providerConfig);
          providers.addProvider(provider);
          lifecycle.addShutdownHook(() => provider.close());
        }
      },
    });
  },
});
