import type {
  DatabaseEndpoint,
  DatabaseEngine,
  DatabaseSize,
  DatabaseSizeLimits,
  PersonalLogin,
} from '@slipway/plugin-databases-common';
import type { WorkloadSlot } from '@slipway/plugin-databases-node';

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
  purge_after: Date | null;
  approval_id: string | null;
  approval_digest: string | null;
  created_by: string;
  created_at: Date;
  deleted_at: Date | null;
}

/** One immutable revision of what was asked for, with what its size meant then. */
export interface StoredSpec {
  version?: string;
  size: DatabaseSize;
  limits: DatabaseSizeLimits;
  description?: string;
  pricePerMonth?: { amount: number; currency: string };
}

/** A database together with its newest revision and its resource. */
export interface DatabaseRecord extends DatabaseRow {
  spec: StoredSpec;
  state: string;
  conditions: { type: string; message: string; since: string }[];
  updated_at: Date;
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
