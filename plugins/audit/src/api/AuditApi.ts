import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  AuditEventsPage,
  AuditEventsQuery,
  AuditState,
} from '@slipway/plugin-audit-common';

/**
 * The audit service. All methods throw a `ResponseError` when the service refuses.
 *
 * @public
 */
export interface AuditApi {
  /** A page of entries, newest first. */
  list(query: AuditEventsQuery): Promise<AuditEventsPage>;
  getState(): Promise<AuditState>;
  /** All entries of a period, as JSON lines that can be verified. */
  export(period: Pick<AuditEventsQuery, 'from' | 'to'>): Promise<Blob>;
}

/** @public */
export const auditApiRef = createApiRef<AuditApi>().with({
  id: 'plugin.audit.client',
  pluginId: 'audit',
});
