import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseSecretStoreExtensionPoint } from '@slipway/plugin-databases-node';
import { AwsSecretStore } from './AwsSecretStore';
import { readAwsSecretsConfig } from './config';
import { createClient } from './createClient';

/**
 * Adds the store `aws`. It asks AWS for nothing before a secret is written or read.
 * @public
 */
export const databasesModuleAwsSecrets = createBackendModule({
  pluginId: 'databases',
  moduleId: 'aws-secrets',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        stores: databaseSecretStoreExtensionPoint,
      },
      async init({ config, lifecycle, stores }) {
        const settings = readAwsSecretsConfig(config);
        const client = createClient(settings);
        stores.addSecretStore(AwsSecretStore.create({ ...settings, client }));
        lifecycle.addShutdownHook(() => client.destroy());
      },
    });
  },
});
