import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { databaseBackupStoreExtensionPoint } from '@slipway/plugin-databases-node';
import { readS3BackupsConfig } from './config';
import { createClient } from './createClient';
import { S3BackupStore } from './S3BackupStore';

/**
 * Adds the store `s3`. It asks the storage for nothing before a backup is written or read.
 * @public
 */
export const databasesModuleS3Backups = createBackendModule({
  pluginId: 'databases',
  moduleId: 's3-backups',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        stores: databaseBackupStoreExtensionPoint,
      },
      async init({ config, lifecycle, stores }) {
        const settings = readS3BackupsConfig(config);
        const client = createClient(settings);
        stores.addBackupStore(S3BackupStore.create({ ...settings, client }));
        lifecycle.addShutdownHook(() => client.destroy());
      },
    });
  },
});
