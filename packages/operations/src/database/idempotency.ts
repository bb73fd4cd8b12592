import { createHash } from 'node:crypto';
import { ConflictError, InputError } from '@backstage/errors';
import type { JsonValue } from '@backstage/types';
import type { Knex } from 'knex';
import type { StoreContext } from './context';

const KEY = /^[\x21-\x7e]{1,255}$/;
const DEFAULT_TTL_MS = 24 * 60 * 60 * 1000;

/**
 * Runs a request once per key: the same key with the same body answers with the first result,
 * with another body it is a conflict. Two at the same time wait for each other, because the key's
 * row is inserted by the transaction that does the work.
 */
export async function once<T extends JsonValue>(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { scope: string; key: string; body: JsonValue; ttlMs?: number },
  fn: () => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  const { scope, key, body } = options;
  if (!KEY.test(key)) {
    throw new InputError(
      'Idempotency-Key: must be 1 to 255 printable ASCII characters without spaces; a UUID is a good one',
    );
  }
  const bodyHash = createHash('sha256').update(canonical(body)).digest('hex');
  await trx('operations_idempotency')
    .where({ scope, key })
    .where('expires_at', '<=', trx.raw(context.clock))
    .delete();
  const inserted = await trx('operations_idempotency')
    .insert({
      scope,
      key,
      body_hash: bodyHash,
      result: 'null',
      created_at: trx.raw(context.clock),
      expires_at: trx.raw(`${context.clock} + ? * interval '1 millisecond'`, [
        options.ttlMs ?? DEFAULT_TTL_MS,
      ]),
    })
    .onConflict(['scope', 'key'])
    .ignore()
    .returning('key');

  if (inserted.length) {
    const result = await fn();
    await trx('operations_idempotency')
      .where({ scope, key })
      .update({ result: JSON.stringify(result) });
    return { result, replayed: false };
  }

  const first = await trx<{
    scope: string;
    key: string;
    body_hash: string;
    result: JsonValue;
  }>('operations_idempotency')
    .where({ scope, key })
    .first('body_hash', 'result');
  if (!first) {
    throw new ConflictError(
      'Idempotency-Key: the first request with this key has just expired; send it again',
    );
  }
  if (first.body_hash !== bodyHash) {
    throw new ConflictError(
      'Idempotency-Key: was used before with a different body; use a new key for a new request',
    );
  }
  return { result: first.result as T, replayed: true };
}

/** Removes keys that have expired; returns how many. */
export async function forgetExpiredKeys(
  context: StoreContext,
): Promise<number> {
  return context
    .knex('operations_idempotency')
    .where('expires_at', '<=', context.knex.raw(context.clock))
    .delete();
}

/** JSON with sorted keys, so that the order of fields does not matter. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}
