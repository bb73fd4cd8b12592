import { RedisProviderConfig } from '../config';
import { RedisServer } from '../RedisServer';

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  server: RedisServer;
  config: RedisProviderConfig;
}
