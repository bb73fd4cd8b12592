import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import type { AuditRecord } from '@slipway/plugin-audit-common';
import { QueuedAuditTrail } from './QueuedAuditTrail';

/**
 * Where entries are kept.
 * @public
 */
export interface AuditStore {
  /** Stores entries in their order, each once however often it is sent. All of them are durable afterwards, or none. */
  append(records: AuditRecord[]): Promise<void>;
}

/**
 * The way into the audit trail for all plugins of this process.
 * @public
 */
export interface AuditTrailService {
  /**
   * Writes an entry down.
   *
   * @param options - `required`: reject when it could not be stored in time, and forget it. Otherwise it is tried again until
   *   it is stored, as long as there is room for it, and this never rejects.
   * @throws ServiceUnavailableError when a required entry was not stored
   */
  append(record: AuditRecord, options: { required: boolean }): Promise<void>;
  /** Says where entries go. Until then they wait. */
  attach(store: AuditStore): void;
}

/**
 * The one audit trail of this process. The audit plugin attaches its store; the auditor service of each plugin writes.
 * @public
 */
export const auditTrailServiceRef = createServiceRef<AuditTrailService>({
  id: 'slipway.audit-trail',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        logger: coreServices.rootLogger,
        lifecycle: coreServices.rootLifecycle,
      },
      factory({ logger, lifecycle }) {
        const trail = QueuedAuditTrail.create({ logger });
        lifecycle.addBeforeShutdownHook(() => trail.drain());
        return trail;
      },
    }),
});
