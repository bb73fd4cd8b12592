import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { missingOrNot, refuseHiddenCharacters } from '@slipway/input';
import { z } from 'zod';

const text = (what: string, max: number, of: 'name' | 'sentences') =>
  z
    .string(missingOrNot('text', `Give ${what}.`))
    .trim()
    .min(1, { error: `is empty. Give ${what}.` })
    .max(max, { error: `is longer than ${max} characters. Shorten it.` })
    .superRefine(refuseHiddenCharacters(of));

const plain = (what: string, max: number) =>
  text(what, max, 'name').refine(value => !/[*?]/.test(value), {
    error: `is a pattern, and a waiver covers only what it names. Give ${what}.`,
  });

const ref = (what: string, defaultKind?: string) =>
  plain(what, 300).transform((value, context) => {
    try {
      const parsed = parseEntityRef(value, {
        defaultKind,
        defaultNamespace: 'default',
      });
      if (!defaultKind || parsed.kind.toLowerCase() === defaultKind) {
        return stringifyEntityRef(parsed);
      }
    } catch {
      // Said below.
    }
    context.addIssue({ code: 'custom', message: `is not one. Give ${what}.` });
    return z.NEVER;
  });

const group = ref('a group, such as group:default/team-orders', 'group');

/** @public */
export const waiverScopeSchema = z
  .strictObject({
    /** What the request or the thing is, e.g. `DatabaseRequest` or `Component`. */
    kind: plain('a kind, such as DatabaseRequest', 63).regex(
      /^[A-Za-z][A-Za-z0-9]*$/,
      { error: 'is not a kind. Give one such as DatabaseRequest.' },
    ),
    /** Only what has this name. */
    name: plain('the name of one thing', 253).optional(),
    /** Only what belongs to this group. */
    owner: group.optional(),
    /** Only this entity of the catalog. */
    entityRef: ref('an entity, such as component:default/orders').optional(),
    environment: plain('an environment, such as production', 63).optional(),
  })
  .refine(({ name, owner, entityRef }) => name || owner || entityRef, {
    error:
      'would cover everything of its kind. Give a name, an owner or an entityRef as well.',
  });

/**
 * What a waiver covers. All that is given has to match.
 * @public
 */
export type WaiverScope = z.output<typeof waiverScopeSchema>;

/** @public */
export const waiverRequestSchema = z.strictObject({
  policy: plain('the name of a policy', 63),
  /** Only what the policy has against this field; all that it has when left out. */
  field: plain('a field, such as backup.retentionDays', 253).optional(),
  scope: waiverScopeSchema,
  /** The group that answers for it. Who asks belongs to it. */
  owner: group,
  reason: text(
    'why the rule cannot be kept, and what is done instead',
    2_000,
    'sentences',
  ),
  expiresAt: z.iso
    .datetime({
      offset: true,
      error:
        'is not a time. Give one in ISO 8601, such as 2026-12-31T00:00:00Z.',
    })
    .transform(value => new Date(value).toISOString()),
});

/**
 * A request for a waiver as people send it.
 * @public
 */
export type WaiverRequestInput = z.input<typeof waiverRequestSchema>;
/** @public */
export type WaiverRequest = z.output<typeof waiverRequestSchema>;

/**
 * `requested`: waits for a decision. `granted`: in force until its time. All others are final: `rejected` or `withdrawn`
 * before it was granted, `ended` early, `expired` by itself.
 * @public
 */
export const waiverStates = [
  'requested',
  'granted',
  'rejected',
  'withdrawn',
  'ended',
  'expired',
] as const;
/** @public */
export type WaiverState = (typeof waiverStates)[number];

/** @public */
export const waiverSchema = z.object({
  id: z.string(),
  policy: z.string(),
  /** The policy's title; its name when there is no such policy any more. */
  policyTitle: z.string(),
  field: z.string().optional(),
  scope: z.object({
    kind: z.string(),
    name: z.string().optional(),
    owner: z.string().optional(),
    entityRef: z.string().optional(),
    environment: z.string().optional(),
  }),
  owner: z.string(),
  reason: z.string(),
  expiresAt: z.string(),
  state: z.enum(waiverStates),
  /** Ref of the person who asked. */
  requester: z.string(),
  createdAt: z.string(),
  /** When it was granted. */
  grantedAt: z.string().optional(),
  /** Ref of the person who granted it. */
  grantedBy: z.string().optional(),
  /** When it became final. */
  endedAt: z.string().optional(),
  /** Who ended it, and why; a sentence. */
  endReason: z.string().optional(),
  /** The version of the policy that it was asked for. */
  policyDigest: z.string(),
  /** Whether the policy has changed since, or is gone. */
  policyChanged: z.boolean(),
  /** The request for approval, once there is one. */
  approvalId: z.string().optional(),
});

/**
 * An exception from a policy, for a reason and a time.
 * @public
 */
export type PolicyWaiver = z.infer<typeof waiverSchema>;

/** @public */
export const waiverDetailsSchema = waiverSchema.extend({
  /** What the caller may do. */
  me: z.object({ mayWithdraw: z.boolean(), mayEnd: z.boolean() }),
});

/** @public */
export type PolicyWaiverDetails = z.infer<typeof waiverDetailsSchema>;

/** @public */
export const waiversPageSchema = z.object({
  items: z.array(waiverSchema),
  totalItems: z.number().int(),
});

/** @public */
export type WaiversPage = z.infer<typeof waiversPageSchema>;

/** @public */
export const waiverEventSchema = z.object({
  id: z.string(),
  type: z.string(),
  /** A sentence for the timeline. */
  message: z.string(),
  /** Entity ref of the person; absent for what came by itself. */
  actor: z.string().optional(),
  createdAt: z.string(),
});

/**
 * One entry of a waiver's timeline. Events are never changed.
 * @public
 */
export type WaiverEvent = z.infer<typeof waiverEventSchema>;

/** @public */
export const waiverEventsPageSchema = z.object({
  items: z.array(waiverEventSchema),
  nextCursor: z.string().optional(),
});

/** @public */
export type WaiverEventsPage = z.infer<typeof waiverEventsPageSchema>;

/** @public */
export interface WaiversQuery {
  state?: WaiverState[];
  /** Only open ones that this person or group asked for or is the owner of. */
  party?: string;
  policy?: string[];
  owner?: string[];
  /** Only those whose scope names this entity. */
  entityRef?: string;
  /** Only those of the caller's own groups. */
  mine?: boolean;
  offset?: number;
  limit?: number;
}
