/**
 * Types, schemas and permissions of the audit trail.
 *
 * @packageDocumentation
 */
export {
  type AuditEntry,
  auditEntrySchema,
  type AuditEvent,
  auditEventSchema,
  type AuditEventsPage,
  auditEventsPageSchema,
  type AuditEventsQuery,
  type AuditState,
  auditStateSchema,
  isReadable,
  type UnreadableAuditEvent,
} from './api';
export { auditEventReadPermission, auditPermissions } from './permissions';
export {
  type AuditOutcome,
  auditOutcomes,
  type AuditRecord,
  auditSeverities,
  type AuditSeverity,
} from './record';
