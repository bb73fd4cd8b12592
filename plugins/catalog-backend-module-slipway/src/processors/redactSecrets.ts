import { JsonValue } from '@backstage/types';

const SECRET_KEY =
  /(password|passwd|token|secret|credential|(api|private|integration|access|signing)-?_?key|webhook-?_?url)$/i;

/** What stands in an entity where its document had a secret. */
export const REDACTED = '(redacted)';

/**
 * Replaces every text under a key that names a secret, such as `integrationKey` or `webhookUrl`.
 *
 * @remarks
 * Everybody who may see an entity reads all of it. This keeps a secret that somebody put into a document out of
 * the catalog; it does not make it a good idea: the repository still has it.
 */
export function redactSecrets(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(redactSecrets);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' && SECRET_KEY.test(key)
        ? REDACTED
        : redactSecrets(inner ?? null),
    ]),
  );
}
