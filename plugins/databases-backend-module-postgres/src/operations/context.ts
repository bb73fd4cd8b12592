import { PostgresProviderConfig } from '../config';
import { PostgresServer } from '../PostgresServer';
import type { PostgresTools } from '../tools/findTools';

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  server: PostgresServer;
  config: PostgresProviderConfig;
  /** Absent where there are none. */
  tools?: PostgresTools;
}

/**
 * What a dump or a restore works with.
 * @internal
 */
export type ToolContext = OperationContext & { tools: PostgresTools };
