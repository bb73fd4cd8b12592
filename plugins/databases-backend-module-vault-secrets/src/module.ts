import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseSecretStoreExtensionPoint } from '@slipway/plugin-databases-node';
import { readVaultSecretsConfig } from './config';
import { KvClient } from './KvClient';
import { VaultSecretStore } from './VaultSecretStore';

/**
 * Adds the store `vault`. It asks the server for nothing before a secret is written or read.
 * @public
 */
export const databasesModuleVaultSecrets = createBackendModule({
  pluginId: 'databases',
  moduleId: 'vault-secrets',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        stores: databaseSecretStoreExtensionPoint,
      },
      async init({ config, stores }) {
        const client = KvClient.create(readVaultSecretsConfig(config));
        stores.addSecretStore(VaultSecretStore.create({ client }));
      },
    });
  },
});
