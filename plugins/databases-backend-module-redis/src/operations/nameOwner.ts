import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { change, existing } from '../tenant';
import { OperationContext } from './context';

/**
 * Writes the owning group into the registry. Logins, rights and sessions stay as they are.
 * @internal
 */
export async function nameOwner(
  { server }: OperationContext,
  target: DatabaseTarget,
  owner: string,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    return { set: { owner }, result: undefined };
  });
}
