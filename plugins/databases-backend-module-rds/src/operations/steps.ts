import { provisionSteps } from '@slipway/plugin-databases-backend-module-postgres';
import {
  EnsureRequest,
  ProvisionStep,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { claimPrepared } from '../claim';
import { shapeOf } from '../shape';
import type { OperationContext } from './context';
import { ensureInstance } from './ensureInstance';
import { prepareInstance } from './prepareInstance';

/** @internal */
export const CREATE = 'create-instance';
/** @internal */
export const PREPARE = 'prepare-instance';

/** First the instance, and then what a database on any Postgres server is made in. */
export const steps: readonly ProvisionStep[] = [
  { id: CREATE, title: 'Create the instance, which takes some minutes' },
  { id: PREPARE, title: 'Set up the portal’s login on the instance' },
  ...provisionSteps,
];

/** @internal */
export async function ensureStep(
  operation: OperationContext,
  step: string,
  request: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  if (!steps.some(({ id }) => id === step)) {
    throw new TerminalError(`There is no step "${step}"`);
  }
  if (step === CREATE) {
    await ensureInstance(operation, request, context);
  } else if (step === PREPARE) {
    await prepareInstance(operation, request, context);
  } else {
    const { target, spec } = request;
    const { instance } = await claimPrepared(operation, target, context);
    await operation.insides.work(
      target,
      instance,
      (provider, inside) =>
        provider.ensure(
          step,
          { target: inside, spec: specInside(operation, spec) },
          context,
        ),
      context,
    );
  }
}

/** All the storage of the instance is the database's. */
export function specInside(
  { config }: OperationContext,
  spec: EnsureRequest['spec'],
): EnsureRequest['spec'] {
  const storageGiB = shapeOf(config, spec).AllocatedStorage;
  return { ...spec, limits: { ...spec.limits, storageGiB } };
}
