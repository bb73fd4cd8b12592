import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  databaseSecretStoreExtensionPoint,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import { databasesModuleAwsSecrets } from './module';

it('adds its store without asking AWS', async () => {
  const added: SecretStore[] = [];
  const plugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerExtensionPoint(databaseSecretStoreExtensionPoint, {
        addSecretStore: store => added.push(store),
      });
      env.registerInit({ deps: {}, async init() {} });
    },
  });
  const aws = { region: 'eu-central-1', endpoint: 'http://127.0.0.1:1' };
  const backend = await startTestBackend({
    features: [
      plugin,
      databasesModuleAwsSecrets,
      mockServices.rootConfig.factory({
        data: { databases: { secrets: { aws } } },
      }),
    ],
  });
  expect(added).toMatchObject([{ id: 'aws', title: 'AWS Secrets Manager' }]);
  await backend.stop();
});
