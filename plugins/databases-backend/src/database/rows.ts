import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import type {
  BackupKind,
  BackupState,
  DatabaseEndpoint,
  DatabaseEngine,
  DatabaseSize,
  DatabaseSizeLimits,
  PersonalLogin,
} from '@slipway/plugin-databases-common';
import type {
  DatabaseContents,
  WorkloadSlot,
} from '@slipway/plugin-databases-node';

/** Rows as the driver returns them. */
export interface DatabaseRow {
  id: string;
  name: string;
  environment: string;
  engine: DatabaseEngine;
  owner: string;
  provider_id: string;
  external_name: string;
  revision: number;
  endpoint: DatabaseEndpoint | null;
  workload_slot: WorkloadSlot | null;
  workload_revision: number;
  /** Since when the login in use is; since the database was made when null. */
  workload_since: Date | null;
  workload_last_revision: number;
  purge_after: Date | null;
  expires_at: Date | null;
  /** Since when that is so. */
  expiry_set_at: Date | null;
  approval_id: string | null;
  approval_digest: string | null;
  created_by: string;
  created_at: Date;
  deleted_at: Date | null;
}

/** A backup with which a database began, as one speaks of it. */
export interface RestoredFrom {
  backupId: string;
  /** Of the database that it was taken of. */
  name: string;
  environment: string;
  /** ISO 8601 in UTC. */
  takenAt: string;
}

/** One immutable revision of what was asked for, with what its size meant then. */
export interface StoredSpec {
  version?: string;
  size: DatabaseSize;
  limits: DatabaseSizeLimits;
  description?: string;
  pricePerMonth?: { amount: number; currency: string };
  /** When it ends, ISO 8601 in UTC; never when absent. */
  expiresAt?: string;
  /** What it was filled with when it was made. */
  restoredFrom?: RestoredFrom;
}

/** A database together with its newest revision and its resource. */
export interface DatabaseRecord extends DatabaseRow {
  spec: StoredSpec;
  state: string;
  conditions: { type: string; message: string; since: string }[];
  updated_at: Date;
}

/** A change that waits for approval, or has ended and is about to be forgotten. */
export interface PendingChangeRow {
  id: string;
  database_id: string;
  kind: 'resize';
  revision: number;
  spec: StoredSpec;
  digest: string;
  rule: ApprovalRule;
  beyond_quota: string | null;
  requested_by: string;
  requested_at: Date;
  approval_id: string | null;
  ended_at: Date | null;
  end_reason: string | null;
  ended_by: string | null;
}

/** A backup, whether it was written or not. */
export interface BackupRow {
  id: string;
  database_id: string;
  kind: BackupKind;
  state: BackupState;
  revision: number;
  format: string | null;
  server_version: string | null;
  contents: DatabaseContents | null;
  /** As text, because the driver gives large numbers so. */
  size_bytes: string | null;
  stored_bytes: string | null;
  sha256: string | null;
  file: string | null;
  scratch_id: string;
  scratch_name: string;
  proven_at: Date | null;
  problem: string | null;
  created_by: string;
  created_at: Date;
  taken_at: Date | null;
  expires_at: Date;
}

export interface PersonalLoginRow {
  id: string;
  database_id: string;
  user_ref: string;
  username: string | null;
  access: PersonalLogin['access'];
  reason: string | null;
  state: PersonalLogin['state'];
  created_at: Date;
  expires_at: Date;
  revoke_requested_at: Date | null;
  revoked_at: Date | null;
}

/** States of operations that have not ended. */
export const ACTIVE_OPERATION_STATES = [
  'pending',
  'running',
  'waiting',
  'uncertain',
] as const;
