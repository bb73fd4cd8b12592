import { createExtensionPoint } from '@backstage/backend-plugin-api';
import { BackupStore } from './backups';
import { DatabaseProvider } from './provider';
import { SecretStore } from './secretStore';

/**
 * Takes providers of databases.
 * @public
 */
export interface DatabaseProvidersExtensionPoint {
  /**
   * @throws ConflictError when a provider of the same id is there already.
   */
  addProvider(provider: DatabaseProvider): void;
}

/** @public */
export const databaseProvidersExtensionPoint =
  createExtensionPoint<DatabaseProvidersExtensionPoint>({
    id: 'databases.providers',
  });

/**
 * Takes stores of secrets. Which of them is used is said by
 * `databases.secrets.store`; the plugin brings the one that is called `sealed`.
 *
 * @public
 */
export interface DatabaseSecretStoreExtensionPoint {
  /**
   * @throws ConflictError when a store of the same id is there already.
   */
  addSecretStore(store: SecretStore): void;
}

/** @public */
export const databaseSecretStoreExtensionPoint =
  createExtensionPoint<DatabaseSecretStoreExtensionPoint>({
    id: 'databases.secretStore',
  });

/**
 * Takes stores of backups. Which of them is used is said by
 * `databases.backups.store`; the plugin brings the one that is called `folder`.
 *
 * @public
 */
export interface DatabaseBackupStoreExtensionPoint {
  /**
   * @throws ConflictError when a store of the same id is there already.
   */
  addBackupStore(store: BackupStore): void;
}

/** @public */
export const databaseBackupStoreExtensionPoint =
  createExtensionPoint<DatabaseBackupStoreExtensionPoint>({
    id: 'databases.backupStore',
  });
