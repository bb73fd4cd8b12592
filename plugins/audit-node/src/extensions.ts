import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { SignedStatement } from './chain/statements';

/**
 * A place outside the database where heads of the trail are kept, for example a bucket or a repository.
 * @public
 */
export interface AuditPublisher {
  /** Shown to auditors, for example `bucket`. */
  readonly id: string;
  /**
   * Keeps a statement. A statement that comes twice may be kept twice; one that was not kept is followed by a newer one a
   * minute later.
   */
  publish(statement: SignedStatement): Promise<void>;
}

/** @public */
export interface AuditPublishersExtensionPoint {
  addPublisher(publisher: AuditPublisher): void;
}

/**
 * Adds places where heads of the audit trail are kept.
 * @public
 */
export const auditPublishersExtensionPoint =
  createExtensionPoint<AuditPublishersExtensionPoint>({
    id: 'audit.publishers',
  });
