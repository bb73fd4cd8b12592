import { z } from 'zod';

/**
 * The topic of the events service that carries hints: that something changed, not how.
 * @public
 */
export const POLICIES_EVENTS_TOPIC = 'slipway.policies';

/**
 * The signals channel of policies. A message says that something changed: the page asks again with its own rights.
 * @public
 */
export const POLICIES_SIGNALS_CHANNEL = 'policies';

/** @public */
export const policiesSignalSchema = z.object({
  changed: z.enum(['policies', 'violations', 'waivers']),
});

/** @public */
export type PoliciesSignal = z.infer<typeof policiesSignalSchema>;

/**
 * The topic of hints that things are new or changed that the sweep looks at: they are looked at at once.
 * @public
 */
export const POLICY_OBJECTS_EVENTS_TOPIC = 'slipway.policies.objects';

/** @public */
export const policyObjectHintSchema = z.object({
  /** The id of the source. */
  source: z.string(),
  /** Of the thing, within its source. */
  id: z.string().optional(),
  /** Of several things. */
  ids: z.array(z.string()).optional(),
});

/** @public */
export type PolicyObjectHint = z.infer<typeof policyObjectHintSchema>;
