import {
  ProvisionStep,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { EnsureRequest, OperationContext } from './context';
import { ensureDatabase } from './ensureDatabase';
import { ensureLogins } from './ensureLogins';
import { ensureRights } from './ensureRights';

type Ensure = (
  operation: OperationContext,
  request: EnsureRequest,
  context: WriteContext,
) => Promise<void>;

const steps = {
  'create-database': ['Create the database', ensureDatabase],
  'create-logins': ['Create the logins, turned off', ensureLogins],
  'give-rights': ['Give the logins their rights and limits', ensureRights],
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
