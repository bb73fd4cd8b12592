/**
 * The audit trail in the portal, for auditors.
 *
 * @packageDocumentation
 */
export { type AuditApi, auditApiRef } from './api/AuditApi';
export { AuditClient } from './api/AuditClient';
export { auditPlugin as default } from './plugin';
