import { createHash } from 'node:crypto';

/**
 * The SHA-256 of a JSON value, in hexadecimal. The order of an object's fields does not matter,
 * and fields that are undefined count as absent.
 * @public
 */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}
