import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  checkSecretId,
  checkSecretRef,
  checkSecretValue,
  isSameSecret,
  type SecretRef,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import { askPostgres } from './askPostgres';
import type { KeyRing, SealedRow } from './KeyRing';

/** Secrets sealed in the plugin's own database, with keys that are not there. */
export class SealedSecretStore implements SecretStore {
  readonly id = 'sealed';
  readonly title = 'Sealed in Postgres';
  readonly #knex: Knex;
  readonly #keys: KeyRing;

  static create(options: { knex: Knex; keys: KeyRing }): SealedSecretStore {
    return new SealedSecretStore(options);
  }

  private constructor(options: { knex: Knex; keys: KeyRing }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    checkSecretRef(ref);
    checkSecretValue(value);
    const inserted = await askPostgres(() =>
      this.#rows()
        .insert(this.#keys.seal(ref, value))
        .onConflict(['id', 'revision'])
        .ignore()
        .returning('id'),
    );
    if (inserted.length || isSameSecret(await this.read(ref), value)) return;
    throw new ConflictError(
      `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
    );
  }

  async read(ref: SecretRef): Promise<string> {
    checkSecretRef(ref);
    const row = await askPostgres(() =>
      this.#rows().where({ id: ref.id, revision: ref.revision }).first(),
    );
    if (!row) {
      throw new NotFoundError(
        `There is no revision ${ref.revision} of the secret '${ref.id}'`,
      );
    }
    return this.#keys.open(row);
  }

  async remove(ref: SecretRef): Promise<void> {
    checkSecretRef(ref);
    await askPostgres(() =>
      this.#rows().where({ id: ref.id, revision: ref.revision }).delete(),
    );
  }

  async removeAll(id: string): Promise<void> {
    checkSecretId(id);
    await askPostgres(() => this.#rows().where({ id }).delete());
  }

  #rows() {
    return this.#knex<SealedRow>('sealed_secrets');
  }
}
