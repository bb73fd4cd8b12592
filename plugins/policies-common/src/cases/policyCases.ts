import type { JsonObject, JsonValue } from '@backstage/types';
import { z } from 'zod';
import { POLICY_API_VERSION } from '../document/policyDocument';

/** @public */
export const POLICY_CASES_KIND = 'PolicyCases';

const patch = z.custom<JsonObject>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be given as a map.' },
);

const violationSchema = z.strictObject({
  /** The field that the finding names. */
  field: z.string().optional(),
  /** A part of its message. */
  message: z.string().optional(),
  /** The index in `spec.validations`. */
  validation: z.int().min(0).optional(),
  /** Whether the policy is expected not to be evaluated. */
  failed: z.boolean().optional(),
});

/**
 * What a policy must say about some requests.
 * @public
 */
export const policyCasesSchema = z.strictObject({
  apiVersion: z.literal(POLICY_API_VERSION, {
    error: `must be "${POLICY_API_VERSION}".`,
  }),
  kind: z.literal(POLICY_CASES_KIND, {
    error: `must be "${POLICY_CASES_KIND}".`,
  }),
  /** The name of the policy. */
  policy: z.string({ error: 'is missing. Name the policy.' }).min(1),
  /** The request that all cases begin with. */
  request: patch,
  cases: z
    .array(
      z.strictObject({
        name: z.string({ error: 'is missing. Say what is the case.' }).min(1),
        /** What differs from the request above; null takes a field away. */
        with: patch.default({}),
        expect: z.union(
          [
            z.enum(['pass', 'skip', 'fail']),
            violationSchema,
            z.array(violationSchema).min(1),
          ],
          {
            error:
              'is not known. Give pass, skip, fail, or the violation that is expected.',
          },
        ),
      }),
    )
    .min(1, { error: 'is empty. Give at least one case.' }),
});

/** @public */
export type PolicyCases = z.output<typeof policyCasesSchema>;

/** Lays one value over another: maps are merged, null takes away, all else takes the place (RFC 7396). */
export function mergePatch(
  base: JsonValue | undefined,
  over: JsonValue,
): JsonValue {
  if (over === null || typeof over !== 'object' || Array.isArray(over)) {
    return over;
  }
  const merged = new Map(isMap(base) ? Object.entries(base) : []);
  for (const [key, value] of Object.entries(over)) {
    if (value === null) {
      merged.delete(key);
    } else if (value !== undefined) {
      merged.set(key, mergePatch(merged.get(key), value));
    }
  }
  return Object.fromEntries(merged) as JsonObject;
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
