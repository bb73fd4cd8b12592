import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { claimExisting, updateMarker } from '../tenant';
import { OperationContext } from './context';
import { listPersonalRoles } from './personalRoles';
import { removePersonalRoles } from './revokePersonalLogin';
import { terminateSessions } from './terminateSessions';

/**
 * Turns every login off and ends every session; people's logins are removed, the
 * workload's keep their passwords.
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
      const tenant = await claimExisting(session, target, context);
      const logins = Object.values(tenant.names.logins);
      // People first: should this fail, the application has lost nothing yet.
      await removePersonalRoles(
        server,
        session,
        tenant,
        await listPersonalRoles(session, target.id),
      );
      await server.transaction(session, async () => {
        for (const login of logins) {
          await session.query(`ALTER ROLE ${quoteName(login)} NOLOGIN`);
        }
        await updateMarker(session, tenant, { suspended: true });
      });
      await terminateSessions(session, logins);
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
      await server.transaction(session, async () => {
        if (active && tenant.marker.suspended) {
          await session.query(
            `ALTER ROLE ${quoteName(tenant.names.logins[active])} LOGIN`,
          );
        }
        await updateMarker(session, tenant, { suspended: false });
      });
    },
    context,
  );
}
