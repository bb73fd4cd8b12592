import { DatabaseEndpoint } from '@slipway/plugin-databases-common';
import { DatabaseProvider, DatabaseSpec } from '../provider';

/**
 * A session that somebody holds open on a database.
 * @public
 */
export interface ConformanceSession {
  /** Stores a value; makes the place for it first where there is none. */
  write(key: string, value: string): Promise<void>;
  read(key: string): Promise<string | undefined>;
  /** Whether the server still answers in this session. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * What the suite needs to judge a provider from outside: a real server, seen
 * with an administrator's eyes and not through the provider.
 *
 * @public
 */
export interface ConformanceHarness {
  provider: DatabaseProvider;
  /** A spec that the provider takes, of this name. */
  spec(name: string): DatabaseSpec;
  /**
   * Everything on the server, one line a thing, with all that could be altered
   * about it. Secrets and counters that move by themselves are left out.
   */
  inventory(): Promise<string[]>;
  /** Makes by hand, without our marker, a thing that has this external name. */
  createUnmarked(externalName: string): Promise<void>;
  removeUnmarked(externalName: string): Promise<void>;
  /**
   * Begins a session; throws when the server refuses. Where one logs in to a server and not to a database, as with Redis, it
   * looks at something of the endpoint's database, and throws when that is refused.
   */
  connect(login: {
    username: string;
    password: string;
    endpoint: DatabaseEndpoint;
  }): Promise<ConformanceSession>;
  /** Stops what was started. */
  stop(): Promise<void>;
}
