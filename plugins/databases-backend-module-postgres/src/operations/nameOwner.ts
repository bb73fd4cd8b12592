import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { writeOwner } from '../records';
import { claimExisting, updateMarker } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';

/**
 * Writes the owning group into what the server remembers of the database. Roles, rights and sessions stay as they are.
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
      if (tenant.marker.owner) {
        // An older version wrote it on the marker, which goes before what is remembered.
        await endBlockers(server, session, () =>
          updateMarker(session, tenant, {}),
        );
      }
      await writeOwner(session, target.id, owner);
    },
    context,
  );
}
