import { ConflictError, InputError } from '@backstage/errors';
import type {
  DatabaseSecretStoreExtensionPoint,
  SecretStore,
} from '@slipway/plugin-databases-node';
import { MovedSecretStore } from './MovedSecretStore';

/** The stores that are there, and the choice among them. */
export class SecretStores implements DatabaseSecretStoreExtensionPoint {
  readonly #stores = new Map<string, SecretStore>();

  addSecretStore(store: SecretStore): void {
    if (this.#stores.has(store.id)) {
      throw new ConflictError(
        `There are two stores of secrets with the id '${store.id}'`,
      );
    }
    this.#stores.set(store.id, store);
  }

  /** @throws InputError that names the key of the configuration whose store is not there. */
  choose(config: { store: string; previous: string[] }): SecretStore {
    const current = this.#get(config.store, 'databases.secrets.store');
    const previous = config.previous.map((id, index) =>
      this.#get(id, `databases.secrets.previous.${index}`),
    );
    return previous.length
      ? MovedSecretStore.create(current, previous)
      : current;
  }

  #get(id: string, key: string): SecretStore {
    const store = this.#stores.get(id);
    if (!store) {
      throw new InputError(
        `${key} is '${id}', which is not there. There are: ${[...this.#stores.keys()].join(', ')}`,
      );
    }
    return store;
  }
}
