import { InputError } from '@backstage/errors';
import { SecretRef } from './secretStore';

/**
 * The longest id, in characters.
 * @public
 */
export const SECRET_ID_LENGTH_MOST = 200;

/**
 * The highest revision: what an integer of Postgres holds.
 * @public
 */
export const SECRET_REVISION_MOST = 2_147_483_647;

/**
 * The longest value, in bytes of UTF-8. Every store takes as much.
 * @public
 */
export const SECRET_VALUE_BYTES_MOST = 16_384;

const CONTROL_CHARACTER = /\p{Cc}/u;
/** Half of a pair, which UTF-8 cannot hold. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * Refuses ids that no store takes.
 *
 * @throws InputError that names the field
 * @public
 */
export function checkSecretId(id: string): void {
  if (!id || id.length > SECRET_ID_LENGTH_MOST) {
    throw new InputError(
      `The id of a secret must have 1 to ${SECRET_ID_LENGTH_MOST} characters`,
    );
  }
  if (CONTROL_CHARACTER.test(id) || LONE_SURROGATE.test(id)) {
    throw new InputError(
      'The id of a secret must be text without control characters',
    );
  }
}

/**
 * Refuses refs that no store takes.
 *
 * @throws InputError that names the field
 * @public
 */
export function checkSecretRef({ id, revision }: SecretRef): void {
  checkSecretId(id);
  if (
    !Number.isInteger(revision) ||
    revision < 1 ||
    revision > SECRET_REVISION_MOST
  ) {
    throw new InputError(
      `The revision of a secret must be a whole number from 1 to ${SECRET_REVISION_MOST}`,
    );
  }
}

/**
 * Refuses values that no store takes.
 *
 * @throws InputError that names the field and does not repeat the value
 * @public
 */
export function checkSecretValue(value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes < 1 || bytes > SECRET_VALUE_BYTES_MOST) {
    throw new InputError(
      `The value of a secret must have 1 to ${SECRET_VALUE_BYTES_MOST} bytes`,
    );
  }
  if (LONE_SURROGATE.test(value) || value.includes('\u0000')) {
    throw new InputError(
      'The value of a secret must be well-formed Unicode without U+0000',
    );
  }
}
