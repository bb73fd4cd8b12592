import { EnsureRequest, WriteContext } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { Marker } from '../marker';
import { writeRecord } from '../records';
import { claimTenant, commentOnRole } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';

/**
 * Makes the roles of a database, each with its marker in the same transaction,
 * so that none is ever there without one.
 * @internal
 */
export async function ensureRoles(
  { server }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, roles, marker } = await claimTenant(
        session,
        target,
        context,
      );
      const base = { slipway: 1, id: target.id } as const;
      const wanted: Array<[string, Marker]> = [
        [
          names.platform,
          marker ?? {
            ...base,
            kind: 'platform',
            fence: context.fence.toString(),
          },
        ],
        [names.owner, { ...base, kind: 'owner' }],
        [names.rw, { ...base, kind: 'rw' }],
        [names.ro, { ...base, kind: 'ro' }],
        [names.logins.a, { ...base, kind: 'login' }],
        [names.logins.b, { ...base, kind: 'login' }],
      ];
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          // Since Postgres 16 whoever makes a role is not thereby a member of it.
          await session.query(
            `SET LOCAL createrole_self_grant TO 'set, inherit'`,
          );
          for (const [name, roleMarker] of wanted) {
            if (!roles.has(name)) {
              await session.query(`CREATE ROLE ${quoteName(name)} NOLOGIN`);
              await commentOnRole(session, name, roleMarker);
            }
          }
          const owner = quoteName(names.owner);
          for (const login of Object.values(names.logins)) {
            if (!roles.has(login)) {
              await session.query(
                `GRANT ${owner} TO ${quoteName(login)} WITH INHERIT TRUE, SET TRUE`,
              );
            }
            // What a login makes belongs to the owner, so that it outlives the
            // login and default privileges hold for it.
            await session.query(
              `ALTER ROLE ${quoteName(login)} SET role TO ${owner}`,
            );
          }
          // The group may have changed since.
          await writeRecord(session, target.id, spec);
        }),
      );
    },
    context,
  );
}
