import type { DBInstance } from '@aws-sdk/client-rds';

/** What an instance does on the way to being available, and while it already takes sessions. */
const USABLE = [
  'available',
  'backing-up',
  'configuring-enhanced-monitoring',
  'configuring-iam-database-auth',
  'configuring-log-exports',
  'storage-initialization',
  'storage-optimization',
];

/** Out of which RDS does not come by itself. */
const BROKEN = [
  'failed',
  'incompatible-create',
  'incompatible-network',
  'incompatible-option-group',
  'incompatible-parameters',
  'incompatible-restore',
  'inaccessible-encryption-credentials',
  'inaccessible-encryption-credentials-recoverable',
  'insufficient-capacity',
  'restore-error',
];

/** RDS has stopped Postgres until there is more storage. */
const FULL = 'storage-full';

/** In which RDS makes no snapshot. */
const WITHOUT_SNAPSHOT = ['creating', ...BROKEN];

/** @internal */
export function isUsable({ DBInstanceStatus: status = '' }: DBInstance) {
  return USABLE.includes(status);
}

/** @internal */
export function isBroken({ DBInstanceStatus: status = '' }: DBInstance) {
  return BROKEN.includes(status);
}

/** @internal */
export function isStopped({ DBInstanceStatus: status = '' }: DBInstance) {
  return ['stopping', 'stopped', FULL].includes(status);
}

/** @internal */
export function isFull({ DBInstanceStatus: status = '' }: DBInstance) {
  return status === FULL;
}

/** @internal */
export function canBeKept({ DBInstanceStatus: status = '' }: DBInstance) {
  return !WITHOUT_SNAPSHOT.includes(status);
}
