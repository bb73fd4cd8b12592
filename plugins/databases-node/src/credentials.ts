import {
  DatabaseEndpoint,
  PersonalLoginAccess,
} from '@slipway/plugin-databases-common';
import { DatabaseTarget, ReadContext, WriteContext } from './provider';

/**
 * A database has at most two workload logins, used in turn.
 * @public
 */
export type WorkloadSlot = 'a' | 'b';

/**
 * The slot that is not in use.
 * @public
 */
export function otherSlot(slot: WorkloadSlot): WorkloadSlot {
  return slot === 'a' ? 'b' : 'a';
}

/**
 * A login with its name outside, without its password.
 * @public
 */
export interface ProvidedLogin {
  username: string;
  endpoint: DatabaseEndpoint;
}

/**
 * One thing that was tried with a login.
 * @public
 */
export interface VerificationCheck {
  /** Stable, kebab-case, e.g. `neighbour-refused`. */
  id: string;
  /** What was tried, for people. */
  title: string;
  passed: boolean;
  /** What was seen, where that needs saying. */
  detail?: string;
}

/**
 * What trying a workload login showed. `passed` only when every check did.
 * @public
 */
export interface Verification {
  passed: boolean;
  checks: VerificationCheck[];
}

/**
 * Sessions of one client with a workload login, as the server shows them.
 * @public
 */
export interface WorkloadSessions {
  /** Of {@link DatabaseTarget}. */
  targetId: string;
  slot: WorkloadSlot;
  /** What the client calls itself; empty when it says nothing. Anybody may say anything. */
  application: string;
  /** Where it comes from, without a port; empty when the server does not tell. */
  address: string;
  sessions: number;
}

/**
 * The life of logins.
 *
 * @remarks
 *
 * The caller makes passwords and seals them before it hands them over, so that
 * a repeated call ends in the same login. A provider keeps no password and
 * sends none where the server would log it.
 *
 * @public
 */
export interface CredentialsProvider {
  /**
   * Makes the login of a slot able to log in with this password.
   *
   * @throws TerminalError when the slot is the active one and is enabled: the
   *   last working login is never overwritten.
   * @throws RetryableError with `retryAfterMs` while somebody may still finish
   *   logging in with the password that was last taken from the slot.
   */
  stage(
    target: DatabaseTarget,
    login: { slot: WorkloadSlot; password: string },
    context: WriteContext,
  ): Promise<ProvidedLogin>;

  /**
   * Logs in as the application would, works as it would, and tries to enter a
   * neighbour. Leaves nothing behind.
   */
  verify(
    target: DatabaseTarget,
    login: { slot: WorkloadSlot; password: string },
    context?: ReadContext,
  ): Promise<Verification>;

  /** Makes this slot the one that applications should use. */
  activate(
    target: DatabaseTarget,
    slot: WorkloadSlot,
    context: WriteContext,
  ): Promise<void>;

  /**
   * Turns the login of a slot off and ends its sessions.
   *
   * @throws TerminalError when the slot is the active one.
   */
  retire(
    target: DatabaseTarget,
    slot: WorkloadSlot,
    context: WriteContext,
  ): Promise<void>;

  /**
   * Who uses the workload logins of these databases now; the platform's own
   * sessions are left out. Absent where the server does not tell sessions:
   * the former login then lives for a fixed time.
   */
  sessions?(
    targets: DatabaseTarget[],
    context?: ReadContext,
  ): Promise<WorkloadSessions[]>;

  /** Logins of people. */
  readonly personal: PersonalCredentialsProvider;

  /** Emergency: turns every login off and ends every session at once. */
  revokeAll(target: DatabaseTarget, context: WriteContext): Promise<void>;
}

/**
 * The life of people's logins. An expired login cannot begin a session; its
 * open sessions end when it is revoked, so whoever keeps the time revokes it.
 * Where a server has no clock for logins, as Redis, `watch` of the provider turns
 * them off, and the capabilities say in a note that they last longer while the
 * portal does not run.
 *
 * @public
 */
export interface PersonalCredentialsProvider {
  /** Makes a login that is visible by the person's name in the server's sessions. */
  grant(
    target: DatabaseTarget,
    login: {
      loginId: string;
      /** Entity ref of the person. */
      person: string;
      access: PersonalLoginAccess;
      expiresAt: Date;
      password: string;
    },
    context: WriteContext,
  ): Promise<ProvidedLogin>;

  /** Ends its sessions and removes it. Gone is also fine. */
  revoke(
    target: DatabaseTarget,
    loginId: string,
    context: WriteContext,
  ): Promise<void>;
}
