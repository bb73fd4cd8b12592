import { quoteName } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import { Tenant } from '../tenant';
import { cutOff } from './cutOff';
import { dropRoles } from './dropRoles';
import { endBlockers } from './endBlockers';

/**
 * Cuts logins off that were made for a while, and then removes them.
 * @internal
 */
export async function removeLogins(
  server: PostgresServer,
  session: Session,
  tenant: Tenant,
  roles: Array<{ name: string }>,
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
