import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import type { WorkloadSlot } from '@slipway/plugin-databases-node';

/**
 * A login as the API knows it. Without a verifier nobody can log in.
 * @internal
 */
export interface LoginRecord {
  enabled: boolean;
  access: PersonalLoginAccess;
  /** SHA-256 of the password: the API never gets the password itself. */
  verifier?: string;
  /** Of people's logins. The API lets nobody in with it any more from then on. */
  expiresAt?: string;
  /** Our id of a person's login. */
  loginId?: string;
}

/**
 * What the API lets its customers write down beside a database: our marker.
 * @internal
 */
export interface Labels {
  managedBy: 'slipway';
  id: string;
  /** A number as text: JavaScript's numbers end before it. */
  fence: string;
  name: string;
  environment: string;
  owner: string;
  suspended: boolean;
  /** The application's login that is in use. */
  active?: WorkloadSlot;
}

/**
 * A database as one sends it to the API.
 * @internal
 */
export interface DatabaseRecord {
  /** Absent on what others made. */
  labels?: Labels;
  connectionLimit?: number;
  /** Has the API throw the data away. The record stays, and with it the fence: a worker that was overtaken cannot make it again. */
  dropped?: boolean;
  logins: Record<string, LoginRecord>;
}

/**
 * A database as the API shows it.
 * @internal
 */
export interface StoredRecord extends DatabaseRecord {
  name: string;
  etag: string;
  /** Open sessions by login. */
  sessions: Record<string, number>;
  sizeBytes: number;
}

/** @internal */
export function loginNames(externalName: string): Record<WorkloadSlot, string> {
  return { a: `${externalName}_a`, b: `${externalName}_b` };
}
