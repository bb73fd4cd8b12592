import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { databaseProvidersExtensionPoint } from '../extensions';
import { DatabaseProvider } from '../provider';

/**
 * Stands for the databases plugin and collects what modules add to it.
 * @public
 */
export function collectProviders() {
  const providers: DatabaseProvider[] = [];
  const plugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerExtensionPoint(databaseProvidersExtensionPoint, {
        addProvider: provider => providers.push(provider),
      });
      env.registerInit({ deps: {}, async init() {} });
    },
  });
  return { plugin, providers };
}
