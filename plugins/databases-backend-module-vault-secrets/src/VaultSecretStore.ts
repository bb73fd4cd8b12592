import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  checkSecretId,
  checkSecretRef,
  checkSecretValue,
  isSameSecret,
  RetryableError,
  secretName,
  TerminalError,
  type SecretRef,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import type { KvClient, KvEntry } from './KvClient';

const OURS = 'slipway';
/** How often a revision is tried that others write at the same moment. */
const ATTEMPTS = 5;

/**
 * Secrets in the KV version 2 engine: one path for each revision, written once with check-and-set,
 * so that of two replicas one comes first. The marker lies beside the value in the same version.
 *
 * @public
 */
export class VaultSecretStore implements SecretStore {
  readonly id = 'vault';
  readonly title = 'Vault';
  readonly #client: KvClient;

  static create(options: { client: KvClient }): VaultSecretStore {
    return new VaultSecretStore(options.client);
  }

  private constructor(client: KvClient) {
    this.#client = client;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    checkSecretRef(ref);
    checkSecretValue(value);
    const data = { value, managedBy: OURS, id: ref.id, revision: ref.revision };
    // The version that a soft deletion has left, see below.
    let after = 0;
    for (let tried = 0; tried < ATTEMPTS; tried += 1) {
      if (await this.#client.write(pathOf(ref), data, after)) return;
      const found = await this.#client.read(pathOf(ref));
      if (found?.data) {
        this.#compare(found, ref, value);
        return;
      }
      // Somebody deleted it by hand, and the path remembers that: it goes on from there.
      after = found?.version ?? 0;
    }
    throw new RetryableError('Others keep changing the same secret in Vault.');
  }

  async read(ref: SecretRef): Promise<string> {
    checkSecretRef(ref);
    const found = await this.#client.read(pathOf(ref));
    const value = found && isOurs(found, ref) ? found.data?.value : undefined;
    if (typeof value !== 'string') {
      throw new NotFoundError(
        `There is no revision ${ref.revision} of the secret '${ref.id}'`,
      );
    }
    return value;
  }

  async remove(ref: SecretRef): Promise<void> {
    checkSecretRef(ref);
    const found = await this.#client.read(pathOf(ref));
    // What a soft deletion has left has no marker any more; its older versions may be somebody else's.
    if (found && isOurs(found, ref)) {
      await this.#client.destroy(pathOf(ref));
    }
  }

  async removeAll(id: string): Promise<void> {
    checkSecretId(id);
    for (const name of await this.#client.list(secretName(id))) {
      const revision = Number(name);
      // A folder or a name that we do not give.
      if (!Number.isInteger(revision) || revision < 1) continue;
      await this.remove({ id, revision });
    }
  }

  #compare(found: KvEntry, ref: SecretRef, value: string): void {
    const held = found.data?.value;
    if (!isOurs(found, ref) || typeof held !== 'string') {
      throw new TerminalError(
        `'${this.#client.folder}/${pathOf(ref)}' in Vault is not ours and stays as it is. Remove it, or change databases.secrets.vault.prefix.`,
      );
    }
    if (!isSameSecret(held, value)) {
      throw new ConflictError(
        `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
      );
    }
  }
}

function pathOf({ id, revision }: SecretRef): string {
  return `${secretName(id)}/${revision}`;
}

function isOurs({ data }: KvEntry, ref: SecretRef): boolean {
  return (
    data?.managedBy === OURS &&
    data.id === ref.id &&
    data.revision === ref.revision
  );
}
