/**
 * Types, schemas and permissions of the audit trail.
 *
 * @packageDocumentation
 */
export {
  type AuditEvent,
  auditEventSchema,
  type AuditEventsPage,
  auditEventsPageSchema,
  type AuditEventsQuery,
  type AuditState,
  auditStateSchema,
} from './api';
export { auditEventReadPermission, auditPermissions } from './permissions';
export {
  type AuditOutcome,
  auditOutcomes,
  type AuditRecord,
  auditSeverities,
  type AuditSeverity,
} from './record';
