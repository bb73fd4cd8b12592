import type { JsonObject } from '@backstage/types';
import { z } from 'zod';
import { policyModes } from '../document/policyDocument';

const json = z.custom<JsonObject>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** @public */
export const policySummarySchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  mode: z.enum(policyModes),
  /** The group that answers questions about it. */
  owner: z.string(),
  /** What it is about, e.g. `DatabaseRequest`; `*` is everything. */
  kinds: z.array(z.string()),
  environments: z.array(z.string()).optional(),
  /** Why there is the policy, where it says so for all of its rules. */
  reason: z.string().optional(),
  /** What to do to comply, where it says so for all of its rules. */
  comply: z.string().optional(),
  /** The version. */
  digest: z.string(),
  /** Where it was read from: a path or an address. */
  file: z.string(),
});

/**
 * A policy in force.
 * @public
 */
export type PolicySummary = z.infer<typeof policySummarySchema>;

/** @public */
export const policyDetailsSchema = policySummarySchema.extend({
  /** As it is in force: with the parameters that the company chose. */
  document: json,
  params: json,
});

/**
 * A policy in force with its document.
 * @public
 */
export type PolicyDetails = z.infer<typeof policyDetailsSchema>;

/** @public */
export const policiesListSchema = z.object({
  items: z.array(policySummarySchema),
  /** The version of the set. */
  digest: z.string(),
});

/** @public */
export type PoliciesList = z.infer<typeof policiesListSchema>;

/** @public */
export const policyProblemSchema = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  message: z.string(),
});

/** @public */
export const policyVersionSchema = z.object({
  /** Changes whenever an answer may: with the set in force and with each waiver that begins or ends. */
  version: z.string(),
  /** What the policies are about; `*` is everything. */
  kinds: z.array(z.string()),
});

/** @public */
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

/** @public */
export const sweepSchema = z.object({
  id: z.string(),
  /** What started it, e.g. `schedule`, `policies`, or the ref of a person. */
  cause: z.string(),
  startedAt: z.string(),
  /** Absent while it runs. */
  endedAt: z.string().optional(),
  /** Why it could not be finished. */
  error: z.string().optional(),
  /** How many things were looked at. */
  objects: z.number().int(),
  /** How many violations it saw, those that are waived among them. */
  violations: z.number().int(),
  /**
   * Owners that the catalog does not have, a hundred at most, with how many things name them. Absent when it is not known. Policies see
   * what a thing says, and not the catalog: none of them finds that.
   */
  unknownOwners: z
    .array(z.object({ owner: z.string(), objects: z.number().int() }))
    .optional(),
});

/**
 * A sweep over everything that exists.
 * @public
 */
export type PolicySweep = z.infer<typeof sweepSchema>;

/** @public */
export const policiesStateSchema = z.object({
  /** The version of the set in force; absent when none was ever loaded: every request is then refused. */
  digest: z.string().optional(),
  /** Since when this set is in force. */
  since: z.string().optional(),
  /** How many policies it has. */
  policies: z.number().int(),
  /** When the locations were last looked at. */
  checkedAt: z.string().optional(),
  /** What was wrong the last time: the set in force is then an older one. Empty when all was right. */
  problems: z.array(policyProblemSchema),
  /** Since when something is wrong, whatever it is; absent when all was right the last time. */
  problemsSince: z.string().optional(),
  /** The newest sweep that ended, or the one that runs if none has. */
  lastSweep: sweepSchema.optional(),
  /** Whether one runs now. */
  sweeping: z.boolean(),
  /** What is configured for waivers. */
  waivers: z
    .object({
      /** How long one may last. */
      longestDays: z.number(),
      /** The group that grants them. */
      approvers: z.string(),
    })
    .optional(),
});

/**
 * Which set of policies is in force, and how its locations and the sweep are doing.
 * @public
 */
export type PoliciesState = z.infer<typeof policiesStateSchema>;
