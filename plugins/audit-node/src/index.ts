/**
 * The door to the audit trail, the format of its chain, and its verifier.
 *
 * @packageDocumentation
 */
export { entryHash, genesisHash } from './chain/chain';
export {
  type ExportedEntry,
  type ExportHeader,
  formatEntry,
} from './chain/exportLines';
export { createSigner, readPublicKeys, type Signer } from './chain/signing';
export {
  type DropStatement,
  type HeadStatement,
  isGenuine,
  parseStatement,
  type SegmentStatement,
  type SignedStatement,
  signStatement,
  type Statement,
} from './chain/statements';
export type {
  TrailProblem,
  TrailProblemKind,
  TrailReport,
} from './chain/trailReport';
export { TrailVerifier } from './chain/TrailVerifier';
export {
  type AuditPublisher,
  type AuditReadBack,
  auditPublishersExtensionPoint,
  type AuditPublishersExtensionPoint,
} from './extensions';
export {
  type AuditStore,
  auditTrailServiceRef,
  type AuditTrailService,
} from './trail/AuditTrailService';
export { QueuedAuditTrail } from './trail/QueuedAuditTrail';
