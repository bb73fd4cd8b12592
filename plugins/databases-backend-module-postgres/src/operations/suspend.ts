import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { claimExisting, claimMarked, updateMarker } from '../tenant';
import { OperationContext } from './context';
import { cutOff } from './cutOff';
import { endBlockers } from './endBlockers';
import { listExtraLogins } from './toolLogins';
import { removeLogins } from './removeLogins';

/**
 * Turns every login off and ends every session; then people's logins are removed.
 * The workload's keep their passwords.
 * @internal
 */
export async function suspend(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimMarked(session, target, context);
      const logins = Object.values(tenant.names.logins);
      const others = await listExtraLogins(session, target.id);
      await cutOff(
        server,
        session,
        [...logins, ...others.map(({ name }) => name)],
        () => updateMarker(session, tenant, { suspended: true }),
      );
      await removeLogins(server, session, tenant, others);
    },
    context,
  );
}

/** Turns the active workload login on again. */
export async function resume(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimExisting(session, target, context);
      const { active } = tenant.marker;
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          if (active && tenant.marker.suspended) {
            await session.query(
              `ALTER ROLE ${quoteName(tenant.names.logins[active])} LOGIN`,
            );
          }
          await updateMarker(session, tenant, { suspended: false });
        }),
      );
    },
    context,
  );
}
