import { DatabaseSpec, DatabaseTarget } from '@slipway/plugin-databases-node';
import { MariaDbProviderConfig } from '../config';
import { MariaDbServer } from '../MariaDbServer';

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  server: MariaDbServer;
  config: MariaDbProviderConfig;
}

/** @internal */
export interface EnsureRequest {
  target: DatabaseTarget;
  spec: DatabaseSpec;
}
