import { InputError } from '@backstage/errors';
import type { Request } from 'express';

/**
 * The key by which a change that is sent again is known.
 *
 * @throws InputError when the header is missing
 * @public
 */
export function requireIdempotencyKey(request: Request): string {
  const key = request.header('idempotency-key');
  if (!key) {
    throw new InputError(
      'Idempotency-Key is missing. Send the header with a new UUID for each new request.',
    );
  }
  return key;
}
