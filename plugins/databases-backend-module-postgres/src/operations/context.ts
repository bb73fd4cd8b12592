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
