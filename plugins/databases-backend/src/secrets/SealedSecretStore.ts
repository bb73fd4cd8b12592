import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { SecretRef, SecretStore } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import { decrypt, encrypt, type SealingKey } from './sealing';

interface Row {
  id: string;
  revision: number;
  key_id: string;
  wrapped_key: Buffer;
  sealed: Buffer;
}

const BATCH = 100;

/**
 * Secrets sealed in the plugin's own database. Each has a data key of its own, wrapped by a key
 * from configuration; both layers are bound to id and revision, so that a row put in another's
 * place does not open.
 */
export class SealedSecretStore implements SecretStore {
  readonly title = 'Sealed in Postgres';
  readonly #knex: Knex;
  readonly #keys: SealingKey[];

  /** @param options - `keys`: the first seals, all open. */
  static create(options: {
    knex: Knex;
    keys: SealingKey[];
  }): SealedSecretStore {
    return new SealedSecretStore(options);
  }

  private constructor(options: { knex: Knex; keys: SealingKey[] }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    const [key] = this.#keys;
    const dataKey = randomBytes(32);
    const bound = boundTo(ref);
    const inserted = await this.#knex<Row>('sealed_secrets')
      .insert({
        ...ref,
        key_id: key.id,
        wrapped_key: encrypt(key.key, dataKey, `${bound}/${key.id}`),
        sealed: encrypt(dataKey, Buffer.from(value), bound),
      })
      .onConflict(['id', 'revision'])
      .ignore()
      .returning('id');
    if (!inserted.length && !equal(await this.read(ref), value)) {
      throw new ConflictError(
        `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
      );
    }
  }

  async read(ref: SecretRef): Promise<string> {
    const row = await this.#knex<Row>('sealed_secrets')
      .where({ id: ref.id, revision: ref.revision })
      .first();
    if (!row) {
      throw new NotFoundError(
        `There is no revision ${ref.revision} of the secret '${ref.id}'`,
      );
    }
    const dataKey = this.#unwrap(row);
    try {
      return decrypt(dataKey, row.sealed, boundTo(row)).toString();
    } catch {
      throw damaged(row);
    }
  }

  async remove(ref: SecretRef): Promise<void> {
    await this.#knex<Row>('sealed_secrets')
      .where({ id: ref.id, revision: ref.revision })
      .delete();
  }

  async removeAll(id: string): Promise<void> {
    await this.#knex<Row>('sealed_secrets').where({ id }).delete();
  }

  /**
   * Wraps data keys anew that are wrapped by an older key, so that it can be taken out of the
   * configuration. Those whose key is missing are left and counted.
   */
  async rewrap(): Promise<{ rewrapped: number; unopenable: number }> {
    const [newest, ...older] = this.#keys;
    let rewrapped = 0;
    for (const old of older) {
      for (;;) {
        const rows = await this.#knex<Row>('sealed_secrets')
          .where({ key_id: old.id })
          .orderBy(['id', 'revision'])
          .limit(BATCH);
        for (const row of rows) {
          const wrapped = encrypt(
            newest.key,
            this.#unwrap(row),
            `${boundTo(row)}/${newest.id}`,
          );
          // Another replica may have been faster.
          rewrapped += await this.#knex<Row>('sealed_secrets')
            .where({ id: row.id, revision: row.revision, key_id: old.id })
            .update({ key_id: newest.id, wrapped_key: wrapped });
        }
        if (rows.length < BATCH) break;
      }
    }
    const [{ count }] = await this.#knex<Row>('sealed_secrets')
      .whereNotIn(
        'key_id',
        this.#keys.map(k => k.id),
      )
      .count<{ count: string }[]>({ count: '*' });
    return { rewrapped, unopenable: Number(count) };
  }

  #unwrap(row: Row): Buffer {
    const key = this.#keys.find(k => k.id === row.key_id);
    if (!key) {
      throw new ServiceUnavailableError(
        `The secret '${row.id}' is sealed with the key '${row.key_id}', which is not configured. ` +
          'Put it back under databases.sealing.keys; if it is lost, rotate the credentials of this database.',
      );
    }
    try {
      return decrypt(key.key, row.wrapped_key, `${boundTo(row)}/${key.id}`);
    } catch {
      throw damaged(row);
    }
  }
}

/** What went wrong inside the cipher says nothing more, and may say too much. */
function damaged(row: Row) {
  return new ServiceUnavailableError(
    `The secret '${row.id}' does not open: the key '${row.key_id}' is another one than it was sealed with, or the row was changed. ` +
      'Rotate the credentials of this database.',
  );
}

function boundTo(ref: SecretRef): string {
  return `slipway/secret/${ref.id}/${ref.revision}`;
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
