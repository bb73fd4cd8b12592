import { z } from 'zod';
import { policyModes } from '../document/policyDocument';

/** @public */
export const waivedBySchema = z.object({
  id: z.string(),
  reason: z.string(),
  /** The group that answers for it. */
  owner: z.string(),
  expiresAt: z.string(),
});

/**
 * The waiver that covers a finding.
 * @public
 */
export type WaivedBy = z.infer<typeof waivedBySchema>;

/** @public */
export const policyAboutSchema = z.object({
  kind: z.string(),
  name: z.string().optional(),
  environment: z.string().optional(),
  owner: z.string().optional(),
  entityRef: z.string().optional(),
});

/**
 * Something else than what was asked about: what comes of it. Waivers match by it.
 * @public
 */
export type PolicyAbout = z.infer<typeof policyAboutSchema>;

/** @public */
export const judgedFindingSchema = z.object({
  policy: z.string(),
  title: z.string(),
  /** The version of the policy that found it. */
  digest: z.string(),
  mode: z.enum(policyModes),
  /** The index in `spec.validations`; absent when the policy failed before. */
  validation: z.number().int().optional(),
  /** The field at fault, e.g. `backup.retentionDays`. */
  field: z.string().optional(),
  /** What is wrong. */
  message: z.string(),
  /** Why there is the rule. */
  reason: z.string(),
  /** What to do. */
  comply: z.string(),
  /** Whether the policy could not be evaluated. */
  failed: z.boolean(),
  /** The waiver that covers it: it then refuses nothing. */
  waivedBy: waivedBySchema.optional(),
  /** What it is about, when that is not what was asked about but comes of it: the database that a golden path orders. */
  about: policyAboutSchema.optional(),
});

/**
 * What a policy has against a request, with the waiver that covers it, if there is one.
 * @public
 */
export type JudgedFinding = z.infer<typeof judgedFindingSchema>;

/** @public */
export const policyNoteSchema = z.object({
  message: z.string(),
  /** Whether it will be refused, by something else than a policy. */
  refuses: z.boolean().optional(),
  /** As in a finding. */
  about: policyAboutSchema.optional(),
});

/**
 * What else is known of how it would go on: that it waits for approval, that it is beyond a quota.
 * @public
 */
export type PolicyNote = z.infer<typeof policyNoteSchema>;

/** @public */
export const policyAnswerSchema = z.object({
  /** False when a policy that denies has something against it that no waiver covers. */
  allowed: z.boolean(),
  findings: z.array(judgedFindingSchema),
  /** Absent when there is nothing to say, and from a service of the version before. */
  notes: z.array(policyNoteSchema).optional(),
  /** The version of the set of policies that was asked. */
  digest: z.string(),
});

/**
 * What the policies in force say about a request.
 * @public
 */
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>;

/**
 * Whether a person who is allowed has to be told of something: a warning, or a refusal that is waived.
 * @public
 */
export function isWarning({ mode, waivedBy }: JudgedFinding): boolean {
  return mode === 'warn' || (mode === 'deny' && waivedBy !== undefined);
}
