import {
  DatabaseEndpoint,
  PersonalLoginAccess,
} from '@slipway/plugin-databases-common';
import { WorkloadSlot } from './credentials';

/**
 * A workload login as it is outside.
 * @public
 */
export interface ObservedWorkloadLogin {
  slot: WorkloadSlot;
  username: string;
  /** Whether it may log in. */
  enabled: boolean;
  /** Whether it is the one that applications should use. */
  active: boolean;
  /** Sessions open now. */
  sessions: number;
}

/**
 * A personal login as it is outside.
 * @public
 */
export interface ObservedPersonalLogin {
  loginId: string;
  username: string;
  access: PersonalLoginAccess;
  expiresAt: Date;
  sessions: number;
}

/**
 * A session that is open at a database.
 * @public
 */
export interface ObservedSession {
  username: string;
  /** Whose login it is; `other` is one that is none of the database's own, such as an administrator's. */
  kind: 'application' | 'personal' | 'other';
  /** What the client calls itself, which nobody checks; absent where it says nothing. */
  application?: string;
  /** From where, as the server sees it; absent where it does not tell. */
  address?: string;
  since: Date;
}

/**
 * One thing that is not as it should be.
 * @public
 */
export interface ObservedDrift {
  /** What differs, e.g. `connection-limit`. */
  what: string;
  wanted: string;
  found: string;
  /** Whether running the steps again does not mend it and its owner has to, as by removing data. */
  isForOwner?: boolean;
}

/**
 * What looking at the outside showed.
 * @public
 */
export interface ObservedDatabase {
  /**
   * - `absent`: nothing of that name is there.
   * - `foreign`: something of that name is there and does not bear our marker.
   * - `partial`: some of the steps have been done.
   * - `present`: all of the steps have been done.
   */
  status: 'absent' | 'foreign' | 'partial' | 'present';
  /** Ids of the steps whose effect is there. */
  doneSteps: string[];
  suspended: boolean;
  /** The highest fence seen. */
  fence?: bigint;
  endpoint?: DatabaseEndpoint;
  /** Version of the server, e.g. `18.1`. */
  version?: string;
  /** Bytes used by the data. */
  sizeBytes?: number;
  logins: ObservedWorkloadLogin[];
  personalLogins: ObservedPersonalLogin[];
  /** Empty unless a spec was given to compare with. */
  drift: ObservedDrift[];
}

/**
 * Something that bears our marker.
 * @public
 */
export interface OwnedDatabase {
  id: string;
  externalName: string;
  /** As it was called in the portal. */
  name: string;
  environment: string;
  owner: string;
  fence: bigint;
}
