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
