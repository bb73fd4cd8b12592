import {
  ProvisionStep,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { EnsureRequest, OperationContext } from './context';
import { ensureDatabase } from './ensureDatabase';
import { ensureIsolation } from './ensureIsolation';
import { ensureRoles } from './ensureRoles';
import { ensureSchema } from './ensureSchema';

type Ensure = (
  operation: OperationContext,
  request: EnsureRequest,
  context: WriteContext,
) => Promise<void>;

const steps = {
  'create-roles': ['Create roles', ensureRoles],
  'create-database': ['Create the database', ensureDatabase],
  isolate: ['Shut others out and set limits', ensureIsolation],
  'prepare-schema': ['Prepare the schema and its rights', ensureSchema],
} satisfies Record<string, [string, Ensure]>;

/** @internal */
export type StepId = keyof typeof steps;

/** @internal */
export const provisionSteps: ProvisionStep[] = Object.entries(steps).map(
  ([id, [title]]) => ({ id, title }),
);

/** @internal */
export async function ensureStep(
  operation: OperationContext,
  step: string,
  request: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  if (!Object.hasOwn(steps, step)) {
    throw new TerminalError(`There is no step "${step}"`);
  }
  const [, ensure] = steps[step as StepId];
  await ensure(operation, request, context);
}
