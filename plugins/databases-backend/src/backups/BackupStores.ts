import { ConflictError, InputError } from '@backstage/errors';
import type {
  BackupStore,
  DatabaseBackupStoreExtensionPoint,
} from '@slipway/plugin-databases-node';

/** The stores that are there, and the choice among them. */
export class BackupStores implements DatabaseBackupStoreExtensionPoint {
  readonly #stores = new Map<string, BackupStore>();

  addBackupStore(store: BackupStore): void {
    if (this.#stores.has(store.id)) {
      throw new ConflictError(
        `There are two stores of backups with the id '${store.id}'`,
      );
    }
    this.#stores.set(store.id, store);
  }

  /** @throws InputError when it is not there */
  choose(id: string): BackupStore {
    const store = this.#stores.get(id);
    if (!store) {
      const known = [...this.#stores.keys()].join(', ') || 'none';
      throw new InputError(
        `databases.backups.store is '${id}', which is not there. There are: ${known}`,
      );
    }
    return store;
  }
}
