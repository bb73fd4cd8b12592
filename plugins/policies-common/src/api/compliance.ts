import { z } from 'zod';
import { policyModes } from '../document/policyDocument';

/** The checks of what exists, and how they ended. A check is a validation of a policy, made of a thing that the policy is about. */
const counts = {
  /** All checks. */
  checked: z.number().int(),
  /** Violations that no waiver covers: as many as the list has with `waived=false`. */
  violating: z.number().int(),
  /** Violations that a waiver covers: as many as the list has with `waived=true`. */
  waived: z.number().int(),
};

/** @public */
export const complianceCountsSchema = z.object(counts);

/**
 * `checked - violating` of `checked` comply. The counts by owner and those by policy have the same sums.
 * @public
 */
export type ComplianceCounts = z.infer<typeof complianceCountsSchema>;

/** @public */
export const complianceSchema = z.object({
  /** As the newest whole sweep saw it; absent before the first. */
  asOf: z.string().optional(),
  now: complianceCountsSchema,
  byOwner: z.array(
    z.object({
      /** Absent for what nobody owns. */
      owner: z.string().optional(),
      ...counts,
    }),
  ),
  byPolicy: z.array(
    z.object({
      policy: z.string(),
      title: z.string(),
      mode: z.enum(policyModes),
      ...counts,
    }),
  ),
  /** As the last whole sweep of each day saw it, oldest first; days without a sweep are absent. In UTC. */
  days: z.array(z.object({ date: z.string(), ...counts })),
});

/**
 * How much of what exists complies.
 * @public
 */
export type Compliance = z.infer<typeof complianceSchema>;

/**
 * The rate of what complies, from 0 to 1; undefined when nothing was checked, which is not the same as all or nothing.
 * @public
 */
export function complianceRate(count: ComplianceCounts): number | undefined {
  return count.checked > 0
    ? (count.checked - count.violating) / count.checked
    : undefined;
}
