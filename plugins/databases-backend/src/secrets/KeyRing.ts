import { randomBytes } from 'node:crypto';
import { RetryableError, type SecretRef } from '@slipway/plugin-databases-node';
import { decrypt, encrypt, type SealingKey } from './sealing';

/** A row of `sealed_secrets`. */
export interface SealedRow extends SecretRef {
  /** The key that wraps the data key. */
  key_id: string;
  wrapped_key: Buffer;
  sealed: Buffer;
}

/**
 * The keys from configuration: the first seals, all of them open.
 *
 * Each secret has a data key of its own, which a key of the ring wraps. Both layers are bound to
 * id and revision, so that a row put in another's place does not open.
 */
export class KeyRing {
  readonly #keys: SealingKey[];

  /** @param keys - at least one; the first seals */
  static create(keys: SealingKey[]): KeyRing {
    return new KeyRing(keys);
  }

  private constructor(keys: SealingKey[]) {
    this.#keys = keys;
  }

  /** The id of the key that seals. */
  get sealsWith(): string {
    return this.#keys[0].id;
  }

  /** Ids of the keys that only open. */
  get older(): string[] {
    return this.#keys.slice(1).map(({ id }) => id);
  }

  has(keyId: string): boolean {
    return this.#keys.some(({ id }) => id === keyId);
  }

  /** Seals a value with a fresh data key. */
  seal(ref: SecretRef, value: string): SealedRow {
    const dataKey = randomBytes(32);
    return {
      id: ref.id,
      revision: ref.revision,
      ...this.#wrap(ref, dataKey),
      sealed: encrypt(dataKey, Buffer.from(value), boundTo(ref)),
    };
  }

  /** @throws RetryableError when the key is not configured, or is another one, or the row was changed. */
  open(row: SealedRow): string {
    const dataKey = this.#unwrap(row);
    try {
      return decrypt(dataKey, row.sealed, boundTo(row)).toString();
    } catch {
      throw damaged(row);
    }
  }

  /**
   * Wraps the data key of a row by the key that seals; the value is not touched.
   *
   * @throws RetryableError as {@link KeyRing.open}
   */
  rewrap(row: Omit<SealedRow, 'sealed'>) {
    return this.#wrap(row, this.#unwrap(row));
  }

  #wrap(ref: SecretRef, dataKey: Buffer) {
    const [key] = this.#keys;
    return {
      key_id: key.id,
      wrapped_key: encrypt(key.key, dataKey, `${boundTo(ref)}/${key.id}`),
    };
  }

  #unwrap(row: Omit<SealedRow, 'sealed'>): Buffer {
    const key = this.#keys.find(({ id }) => id === row.key_id);
    if (!key) {
      throw new RetryableError(
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
function damaged(row: Omit<SealedRow, 'sealed'>) {
  return new RetryableError(
    `The secret '${row.id}' does not open: the key '${row.key_id}' is another one than it was sealed with, or the row was changed. ` +
      'Rotate the credentials of this database.',
  );
}

function boundTo(ref: SecretRef): string {
  return `slipway/secret/${ref.id}/${ref.revision}`;
}
