import { ConflictError, isError } from '@backstage/errors';
import {
  isSameSecret,
  type SecretRef,
  type SecretStore,
} from '@slipway/plugin-databases-node';

/**
 * A store together with those that were used before it. New secrets go to the first; what an
 * earlier one holds is read and forgotten there. Nothing is copied: each rotation moves one.
 */
export class MovedSecretStore implements SecretStore {
  readonly #current: SecretStore;
  readonly #previous: SecretStore[];

  static create(current: SecretStore, previous: SecretStore[]): SecretStore {
    return new MovedSecretStore(current, previous);
  }

  private constructor(current: SecretStore, previous: SecretStore[]) {
    this.#current = current;
    this.#previous = previous;
  }

  get id(): string {
    return this.#current.id;
  }

  get title(): string {
    return this.#current.title;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    const held = await this.#readPrevious(ref);
    if (held === undefined) {
      await this.#current.write(ref, value);
    } else if (!isSameSecret(held, value)) {
      throw new ConflictError(
        `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
      );
    }
  }

  async read(ref: SecretRef): Promise<string> {
    try {
      return await this.#current.read(ref);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      const held = await this.#readPrevious(ref);
      if (held === undefined) throw error;
      return held;
    }
  }

  async remove(ref: SecretRef): Promise<void> {
    for (const store of [...this.#previous, this.#current]) {
      await store.remove(ref);
    }
  }

  async removeAll(id: string): Promise<void> {
    for (const store of [...this.#previous, this.#current]) {
      await store.removeAll(id);
    }
  }

  async #readPrevious(ref: SecretRef): Promise<string | undefined> {
    for (const store of this.#previous) {
      try {
        return await store.read(ref);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return isError(error) && error.name === 'NotFoundError';
}
