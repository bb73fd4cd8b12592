import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import { claimTenant, Tenant } from '../tenant';
import { OperationContext } from './context';
import { cutOff } from './cutOff';
import { dropRoles } from './dropRoles';
import { endBlockers } from './endBlockers';
import { listPersonalRoles, PersonalRole } from './personalRoles';

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
      await removePersonalRoles(
        server,
        session,
        tenant,
        roles.filter(role => role.marker.loginId === loginId),
      );
    },
    context,
  );
}

/**
 * Cuts personal logins off, and then removes them.
 * @internal
 */
export async function removePersonalRoles(
  server: PostgresServer,
  session: Session,
  tenant: Tenant,
  roles: PersonalRole[],
): Promise<void> {
  if (roles.length === 0) {
    return;
  }
  const names = roles.map(({ name }) => quoteName(name));
  await cutOff(
    server,
    session,
    roles.map(({ name }) => name),
  );
  if (tenant.database?.allowsConnections) {
    // A person can own a large object, and a role that owns something cannot be
    // dropped. It stays, as the tenant's.
    await server.inDatabase(session, tenant.names.database, 'write', inside =>
      endBlockers(server, inside, () =>
        server.transaction(inside, async () => {
          await inside.query(
            `REASSIGN OWNED BY ${names.join(', ')} TO ${quoteName(tenant.names.owner)}`,
          );
          await inside.query(`DROP OWNED BY ${names.join(', ')}`);
        }),
      ),
    );
  }
  await dropRoles(
    server,
    session,
    roles.map(({ name }) => name),
  );
}
