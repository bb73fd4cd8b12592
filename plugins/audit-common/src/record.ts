import type { JsonObject } from '@backstage/types';

/**
 * How grave an event is, from low to critical, as Backstage's auditor defines it: normal use, changes, changes of rights,
 * changes of the rights of administrators.
 * @public
 */
export const auditSeverities = ['low', 'medium', 'high', 'critical'] as const;

/** @public */
export type AuditSeverity = (typeof auditSeverities)[number];

/**
 * How far a piece of work came.
 * @public
 */
export const auditOutcomes = ['initiated', 'succeeded', 'failed'] as const;

/** @public */
export type AuditOutcome = (typeof auditOutcomes)[number];

/**
 * One entry of the trail, as it is written down. Its JSON text is stored and hashed as it is; the database adds a number and
 * the time by its own clock. Secrets and personal data are taken out before.
 *
 * @public
 */
export interface AuditRecord {
  /** Version of this form. */
  v: 1;
  /** UUID of this entry: the same entry sent twice is stored once. */
  id: string;
  /** UUID that the beginning of a piece of work shares with its end. */
  operation: string;
  /** Plugin in which it happened, for example `databases`. */
  plugin: string;
  /** What happened, in kebab-case, for example `database-create`. */
  event: string;
  severity: AuditSeverity;
  outcome: AuditOutcome;
  actor: {
    /** Entity ref of a person, such as `user:default/sam`, or the subject of a service, such as `plugin:catalog`. */
    ref?: string;
    ip?: string;
    userAgent?: string;
  };
  /** What it was done to, for example an entity ref or an id, as far as the plugin has said. */
  subject?: string;
  /** The request that asked for it, without its query. */
  request?: { method: string; path: string };
  /** What else the plugin has said. */
  meta?: JsonObject;
  /** Why it failed. */
  error?: { name: string; message: string };
  /** Id of the request, as it is in the log and in the answer's `x-request-id`. */
  correlationId?: string;
  /** ISO 8601 in UTC, by the clock of the portal's process. */
  occurredAt: string;
}
