import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { claimTenant } from '../tenant';
import { OperationContext } from './context';
import { listPersonalRoles } from './personalRoles';
import { removeLogins } from './removeLogins';

/** @internal */
export async function revokePersonalLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  loginId: string,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimTenant(session, target, context);
      const roles = await listPersonalRoles(session, target.id);
      await removeLogins(
        server,
        session,
        tenant,
        roles.filter(role => role.marker.loginId === loginId),
      );
    },
    context,
  );
}
