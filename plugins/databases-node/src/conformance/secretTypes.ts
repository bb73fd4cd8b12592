import { SecretRef, SecretStore } from '../secretStore';
import { FaultyLine } from './FaultyLine';

/**
 * What the suite needs to judge a store of secrets from outside: a real
 * server, seen with an administrator's eyes and not through the store.
 *
 * @public
 */
export interface SecretStoreHarness {
  /** All stores of {@link SecretStoreHarness.open} reach the server by this line, and by nothing else. */
  line: FaultyLine;
  /** The store as one more replica has it, with connections of its own. */
  open(): SecretStore;
  /**
   * Everything on the server that a store could have made or could harm, one
   * line a thing, with what could be altered about it. No values of ours.
   */
  inventory(): Promise<string[]>;
  /**
   * Makes by hand, without our marker, a thing that has the name which the store
   * uses for this ref.
   */
  plantForeign(ref: SecretRef): Promise<void>;
  removeForeign(ref: SecretRef): Promise<void>;
  /** How long a call may take that the server never answers, in milliseconds. */
  answersWithinMs: number;
  /** Stops what was started. */
  stop(): Promise<void>;
}

/**
 * For a store in the portal's own Postgres: what is in its table is ours by being there, and when
 * that server does not answer the whole portal waits.
 *
 * @public
 */
export type EmbeddedSecretStoreHarness = Omit<
  SecretStoreHarness,
  'plantForeign' | 'removeForeign' | 'answersWithinMs'
>;

/**
 * What registers tests: jest's functions, or those of `node:test`.
 *
 * @public
 */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(
    name: string,
    options: { timeout: number },
    body: () => Promise<void>,
  ): unknown;
  before(body: () => Promise<void>): unknown;
  afterEach(body: () => Promise<void>): unknown;
  after(body: () => Promise<void>): unknown;
}
