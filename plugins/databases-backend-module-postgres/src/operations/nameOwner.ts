import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { claimExisting, updateMarker } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';

/**
 * Writes the owning group on the marker of the whole. Roles, rights and sessions stay as they are.
 * @internal
 */
export async function nameOwner(
  { server }: OperationContext,
  target: DatabaseTarget,
  owner: string,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimExisting(session, target, context);
      await endBlockers(server, session, () =>
        updateMarker(session, tenant, { owner }),
      );
    },
    context,
  );
}
