import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  databaseBackupStoreExtensionPoint,
  type BackupStore,
} from '@slipway/plugin-databases-node';
import { databasesModuleS3Backups } from './module';

it('adds its store without asking the storage', async () => {
  const added: BackupStore[] = [];
  const plugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerExtensionPoint(databaseBackupStoreExtensionPoint, {
        addBackupStore: store => added.push(store),
      });
      env.registerInit({ deps: {}, async init() {} });
    },
  });
  const s3 = {
    bucket: 'backups',
    region: 'eu-central-1',
    endpoint: 'http://127.0.0.1:1',
  };
  const backend = await startTestBackend({
    features: [
      plugin,
      databasesModuleS3Backups,
      mockServices.rootConfig.factory({
        data: { databases: { backups: { s3 } } },
      }),
    ],
  });
  expect(added).toMatchObject([{ id: 's3', title: 'S3-compatible storage' }]);
  await backend.stop();
});
