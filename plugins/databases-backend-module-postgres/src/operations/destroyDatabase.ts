import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { removeRecord } from '../records';
import { claimTenant } from '../tenant';
import { OperationContext } from './context';
import { cutOff } from './cutOff';
import { dropRoles } from './dropRoles';
import { endBlockers } from './endBlockers';
import { listExtraLogins } from './toolLogins';

const TOMBSTONE_DAYS = 30;

/** The connection limit by which Postgres marks a database whose removal was interrupted: it can be dropped, and nothing else. */
const HALF_DROPPED = -2;

/**
 * Removes everything of one database. The platform role, which bears the marker
 * of the whole, goes in the last transaction, so that a crash before it leaves
 * something that can still be proved to be ours.
 * @internal
 */
export async function destroyDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimTenant(session, target, context);
      const { names, database, roles } = tenant;
      const others = await listExtraLogins(session, target.id);
      await cutOff(server, session, [
        ...Object.values(names.logins).filter(login => roles.has(login)),
        ...others.map(({ name }) => name),
      ]);
      if (database) {
        const name = quoteName(names.database);
        if (database.connectionLimit !== HALF_DROPPED) {
          await endBlockers(server, session, () =>
            server.retrying(() =>
              session.query(
                `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`,
              ),
            ),
          );
        }
        await endBlockers(server, session, () =>
          server.retrying(() =>
            server.lengthy(session, `DROP DATABASE ${name} WITH (FORCE)`),
          ),
        );
      }
      const last = [names.platform];
      const first = [...roles.keys()].filter(role => !last.includes(role));
      await dropRoles(
        server,
        session,
        [
          ...others.map(({ name }) => name),
          ...first,
          ...(roles.has(names.platform) ? last : []),
        ],
        async () => {
          await session.query(
            `INSERT INTO slipway.tombstones (id, fence) VALUES ($1, $2)
               ON CONFLICT (id) DO UPDATE SET fence = greatest(tombstones.fence, excluded.fence)`,
            [target.id, context.fence.toString()],
          );
          await removeRecord(session, target.id);
          await session.query(
            `DELETE FROM slipway.tombstones WHERE destroyed_at < now() - interval '${TOMBSTONE_DAYS} days'`,
          );
        },
      );
    },
    context,
  );
}
