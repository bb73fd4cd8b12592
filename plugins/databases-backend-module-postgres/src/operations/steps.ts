import { ProvisionStep, Steps } from '@slipway/plugin-databases-node';
import { OperationContext } from './context';
import { ensureDatabase } from './ensureDatabase';
import { ensureIsolation } from './ensureIsolation';
import { ensureRoles } from './ensureRoles';
import { ensureSchema } from './ensureSchema';

type StepId = 'create-roles' | 'create-database' | 'isolate' | 'prepare-schema';

/** @internal */
export const steps = Steps.create<StepId, OperationContext>({
  'create-roles': ['Create roles', ensureRoles],
  'create-database': ['Create the database', ensureDatabase],
  isolate: ['Shut others out and set limits', ensureIsolation],
  'prepare-schema': ['Prepare the schema and its rights', ensureSchema],
});

/**
 * In which steps a database is made on a server that is prepared, for providers that make the server too.
 * @public
 */
export const provisionSteps: readonly ProvisionStep[] = steps.list();
