import type { AuditorEvent } from '@backstage/backend-defaults/auditor';
import type { JsonObject } from '@backstage/types';
import type { AuditRecord } from '@slipway/plugin-audit-common';
import { randomUUID } from 'node:crypto';
import type { RedactionsService } from '../logging/redactions';
import { redactObject, redactText } from './redact';

/** Names under which plugins say what they work on; the first that is there is the subject. */
const SUBJECTS = [
  'databaseId',
  // Said from the beginning; the approval's own id only at the end.
  'subjectId',
  'approvalId',
  'waiverId',
  'deputyId',
  'providerId',
  'taskId',
  'templateRef',
  'locationRef',
  'target',
  'uid',
  'id',
];
const MAX_META = 16_000;

/** What a plugin has said, as it is written into the trail. */
export function toRecord(
  event: AuditorEvent,
  options: {
    /** The same for the beginning and the end of a piece of work. */
    operation: string;
    correlationId?: string;
    redactions: RedactionsService;
  },
): AuditRecord {
  const { operation, correlationId, redactions } = options;
  const { actor, request } = event;
  const text = (value: string | undefined) =>
    value === undefined ? undefined : redactText(value, redactions);
  const meta = event.meta && redactObject(toJson(event.meta), redactions);
  return {
    v: 1,
    id: randomUUID(),
    operation,
    plugin: event.plugin,
    event: redactText(event.eventId, redactions),
    severity: event.severityLevel,
    outcome: event.status,
    actor: {
      ref: text(actor.actorId),
      ip: text(actor.ip),
      userAgent: text(actor.userAgent)?.slice(0, 256),
    },
    subject: meta && subjectOf(meta),
    request: request && {
      method: request.method,
      // A query may hold what somebody has typed.
      path: redactText(request.url.split('?')[0], redactions),
    },
    meta: meta && limited(meta),
    error:
      event.status === 'failed'
        ? {
            name: redactText(event.error.name, redactions),
            message: redactText(event.error.message, redactions),
          }
        : undefined,
    correlationId,
    occurredAt: new Date().toISOString(),
  };
}

function subjectOf(meta: JsonObject): string | undefined {
  const { subject, entityRef, name, environment } = meta;
  // As a database is called in the catalog. Its id is only known at the end, and both should have the same subject.
  const named =
    typeof name === 'string' && typeof environment === 'string'
      ? `${name}.${environment}`
      : undefined;
  const candidates = [
    subject,
    entityRef,
    named,
    ...SUBJECTS.map(key => meta[key]),
  ];
  const found = candidates.find(
    value => typeof value === 'string' || typeof value === 'number',
  );
  return found === undefined ? undefined : String(found);
}

/** What the log would show of it: no functions, no cycles. */
function toJson(meta: JsonObject): JsonObject {
  try {
    return JSON.parse(JSON.stringify(meta));
  } catch {
    return { unreadable: true };
  }
}

function limited(meta: JsonObject): JsonObject {
  const size = JSON.stringify(meta).length;
  return size > MAX_META ? { omitted: `${size} characters` } : meta;
}
