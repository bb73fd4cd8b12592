import type { RdsProviderConfig } from '../config';
import type { Insides } from '../Insides';
import type { Instances } from '../Instances';
import type { Records } from '../Records';

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  config: RdsProviderConfig;
  instances: Instances;
  records: Records;
  insides: Insides;
  /** Whether there are programs for backups. */
  hasTools: boolean;
}
