import type { Cluster } from '../support/Cluster.ts';
import type { HttpClient } from '../support/HttpClient.ts';

/** What the tests of production hand on to one another. */
export interface Production {
  /** The folder of the bundle. */
  bundle: string;
  cluster: Cluster;
  /** Signed in as an administrator. */
  admin: HttpClient;
  /** Signed in as a member of a team. */
  developer: HttpClient;
  /** Tokens that were handed out, by whose they are. */
  tokens: Map<string, string>;
}
