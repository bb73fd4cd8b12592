import type { BenchPostgres } from '../lib/postgres.ts';
import type { Page } from 'playwright-core';

/** One of the two portals that are compared: where it runs, and the few things in which they differ. */
export interface Side {
  name: 'ours' | 'bare';
  url: string;
  port: number;
  /** Its own server; nobody else's data is in its caches. */
  postgres: BenchPostgres;
  /** The runtime folder that the production bundle script made. */
  bundle: string;
  /** Configuration files, lowest first; relative to the bundle or absolute. */
  configs: string[];
  env: NodeJS.ProcessEnv;
  /** What this side alone must be told, on top of its own configuration. */
  config: object;
  /** Path of the catalog's list. */
  catalogPath: string;
  /** What the button says with which a visitor signs in. */
  signInLabel: string;
  /** Signs in, from the sign-in page until the portal is there. */
  signIn(page: Page): Promise<void>;
}
