import type { JsonObject } from '@backstage/types';
import { z } from 'zod';
import { auditOutcomes, auditSeverities } from './record';

/**
 * An entry of the trail as the service shows it.
 * @public
 */
export const auditEventSchema = z.object({
  /** Its number in the trail. A string: it may be larger than JavaScript's integers. */
  seq: z.string(),
  /** When it was stored, by the clock of the database; ISO 8601 in UTC with microseconds. */
  at: z.string(),
  /** The hash over it and everything before it. */
  hash: z.string(),
  id: z.string(),
  operation: z.string(),
  plugin: z.string(),
  event: z.string(),
  severity: z.enum(auditSeverities),
  outcome: z.enum(auditOutcomes),
  actor: z.object({
    ref: z.string().optional(),
    ip: z.string().optional(),
    userAgent: z.string().optional(),
  }),
  subject: z.string().optional(),
  request: z.object({ method: z.string(), path: z.string() }).optional(),
  meta: z.custom<JsonObject>(value => typeof value === 'object').optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
  correlationId: z.string().optional(),
  occurredAt: z.string(),
});

/** @public */
export type AuditEvent = z.output<typeof auditEventSchema>;

const unreadableAuditEventSchema = z
  .object({ seq: z.string(), at: z.string(), hash: z.string() })
  .transform(place => ({ ...place, isUnreadable: true as const }));

/**
 * An entry whose record says nothing that can be shown: somebody has written it by hand. Where in the trail it is, the database
 * says.
 * @public
 */
export type UnreadableAuditEvent = z.output<typeof unreadableAuditEventSchema>;

/**
 * An entry of the trail, whatever its record is.
 * @public
 */
export const auditEntrySchema = z.union([
  // First, so that one that says of itself that it is unreadable is shown as what it is.
  auditEventSchema,
  unreadableAuditEventSchema,
]);

/** @public */
export type AuditEntry = z.output<typeof auditEntrySchema>;

/**
 * Whether the record of an entry can be shown.
 * @public
 */
export function isReadable(entry: AuditEntry): entry is AuditEvent {
  return !('isUnreadable' in entry);
}

/**
 * A page of entries, newest first. One that cannot be read keeps nobody from the others.
 * @public
 */
export const auditEventsPageSchema = z.object({
  items: z.array(auditEntrySchema),
  /** Where the next page begins; missing on the last one. */
  nextCursor: z.string().optional(),
});

/** @public */
export type AuditEventsPage = z.output<typeof auditEventsPageSchema>;

/**
 * What entries are narrowed to. Texts are compared whole.
 * @public
 */
export interface AuditEventsQuery {
  /** ISO 8601; stored at this time or later. */
  from?: string;
  /** ISO 8601; stored before this time. */
  to?: string;
  actor?: string;
  plugin?: string;
  event?: string;
  outcome?: string[];
  severity?: string[];
  subject?: string;
  correlationId?: string;
  /** All entries of one piece of work. */
  operation?: string;
  cursor?: string;
  limit?: number;
}

/**
 * What is known of the chain.
 * @public
 */
export const auditStateSchema = z.object({
  /** Id of the trail: a trail that was begun anew has another one. */
  trail: z.string(),
  /** The newest entry. */
  head: z.object({ seq: z.string(), hash: z.string(), at: z.string() }),
  /** The first entry that is still kept. */
  oldest: z.object({ seq: z.string(), at: z.string() }).optional(),
  /** The newest head that was published outside the database. */
  published: z
    .object({
      seq: z.string(),
      at: z.string(),
      key: z.string().optional(),
    })
    .optional(),
  /** Entries that no published head covers yet. */
  uncovered: z.number(),
  /** When the first of them was written; missing when there are none. */
  uncoveredSince: z.string().optional(),
  /** Rows among the kept heads that the portal has not written like this: somebody has changed the database. */
  damagedHeads: z.number(),
  /**
   * What was published that the database contradicts; missing while all that can be read back fits. Then what is stored is not what
   * was recorded.
   */
  differs: z
    .object({
      /** It is of another trail, the trail ends before it, or its entry is another one or is not there. */
      kind: z.enum(['other-trail', 'shorter', 'other-entry', 'gone']),
      /** Where it was published. */
      publisher: z.string(),
      /** The trail that is in the database. */
      storedTrail: z.string(),
      /** What was published: the trail, the entry, and when. */
      trail: z.string(),
      seq: z.string(),
      at: z.string(),
    })
    .optional(),
  /** Where heads are published. */
  publishers: z.array(z.string()),
  /**
   * Whether the login of the portal could change what is stored: `separate` when it cannot, `tables` when it can only drop the
   * database as a whole.
   */
  owner: z.enum(['separate', 'tables', 'portal']),
  /**
   * Whether the schema of the trail holds what this version makes, and nothing else: `outdated` when not, until an
   * administrator has run `handover.sql`.
   */
  functions: z.enum(['current', 'outdated']),
  /** The key that verifies heads, in PEM; missing when none is configured and heads are not signed. */
  publicKey: z.string().optional(),
  /** After how many days whole closed segments are dropped; missing when nothing is. */
  retentionDays: z.number().optional(),
  /** What `audit.retention` says, in days, where the owner of the tables has entries kept for longer: then nothing is dropped. */
  refusedRetentionDays: z.number().optional(),
});

/** @public */
export type AuditState = z.output<typeof auditStateSchema>;
