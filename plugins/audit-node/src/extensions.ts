import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { SignedStatement } from './chain/statements';

/**
 * What a place has kept, a part of it.
 * @public
 */
export interface AuditReadBack {
  /** In the order in which they were kept. */
  statements: SignedStatement[];
  /** Where the next part begins. */
  position: string;
  /** Whether there is more already. */
  isMore: boolean;
  /** Whether something that was read before is gone, so that this begins anew, whatever position was asked for. */
  isAnew: boolean;
}

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
  /**
   * Reads back what is kept, so that the portal finds out by itself when the trail is not the one that it has published.
   * A place that can only be written to leaves it out.
   *
   * @param position - of the part before; missing for the first. The first may leave out what is older than some weeks, but has
   * something of each trail that was ever published there.
   */
  read?(position: string | undefined): Promise<AuditReadBack>;
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
