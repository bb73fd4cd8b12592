import type { SecretStore } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../config';
import type { BackupStores } from './BackupStores';
import { BackupVault } from './BackupVault';
import { FolderBackupStore } from './FolderBackupStore';

/** Where backups are kept, by the configuration; undefined where there are none. */
export function createVault(deps: {
  config: DatabasesConfig['backups'];
  backupStores: BackupStores;
  secrets: SecretStore;
}): BackupVault | undefined {
  const { config, backupStores, secrets } = deps;
  if (!config) return undefined;
  const { path } = config.folder;
  if (path) {
    backupStores.addBackupStore(FolderBackupStore.create({ folder: path }));
  }
  return BackupVault.create({
    store: backupStores.choose(config.store),
    secrets,
    recipients: config.recipients,
  });
}
