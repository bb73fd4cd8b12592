import {
  EnsureRequest,
  RetryableError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { claimExisting } from '../claim';
import { isUsable } from '../status';
import type { OperationContext } from './context';

/**
 * Gives the portal its own login inside, which is not the master: with no more rights than on a server that others prepare.
 * @internal
 */
export async function prepareInstance(
  operation: OperationContext,
  { target }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  const { instances, records, insides } = operation;
  const { instance } = await claimExisting(operation, target, context);
  if (!isUsable(instance)) {
    throw new RetryableError(
      `The instance "${target.externalName}" is ${instance.DBInstanceStatus} and not available`,
    );
  }
  const password = await records.ensurePassword(target, context);
  await insides.prepare(target, instance, password, context);
  await instances.mark(instance, { prepared: true }, context);
}
