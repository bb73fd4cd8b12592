import { DatabaseSpec, DatabaseTarget } from '@slipway/plugin-databases-node';
import { PostgresProviderConfig } from '../config';
import { PostgresServer } from '../PostgresServer';

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  server: PostgresServer;
  config: PostgresProviderConfig;
}

/** @internal */
export interface EnsureRequest {
  target: DatabaseTarget;
  spec: DatabaseSpec;
}
