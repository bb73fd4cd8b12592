import { InputError } from '@backstage/errors';
import type { Request } from 'express';

/** As the contracts say. */
const LONGEST = 255;

/**
 * The key by which a change that is sent again is known.
 *
 * @throws InputError when the header is missing or too long
 * @public
 */
export function requireIdempotencyKey(request: Request): string {
  const key = request.header('idempotency-key');
  if (!key) {
    throw new InputError(
      'Idempotency-Key is missing. Send the header with a new UUID for each new request.',
    );
  }
  if (key.length > LONGEST) {
    throw new InputError(
      `Idempotency-Key is ${key.length} characters long, and may have ${LONGEST} at most. Send a new UUID for each new request.`,
    );
  }
  return key;
}
