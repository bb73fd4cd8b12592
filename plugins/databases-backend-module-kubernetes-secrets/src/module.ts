import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseSecretStoreExtensionPoint } from '@slipway/plugin-databases-node';
import { readKubernetesSecretsConfig } from './config';
import { KubernetesSecretStore } from './KubernetesSecretStore';
import { createSecretsApi } from './SecretsApi';

/**
 * Adds the store `kubernetes`. It asks the cluster for nothing before a secret is written or read.
 * @public
 */
export const databasesModuleKubernetesSecrets = createBackendModule({
  pluginId: 'databases',
  moduleId: 'kubernetes-secrets',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        stores: databaseSecretStoreExtensionPoint,
      },
      async init({ config, stores }) {
        const settings = readKubernetesSecretsConfig(config);
        stores.addSecretStore(
          KubernetesSecretStore.create({
            api: createSecretsApi(settings),
            namespace: settings.namespace,
          }),
        );
      },
    });
  },
});
