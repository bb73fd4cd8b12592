import { RetryableError } from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import { endBlockers } from './endBlockers';

const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01';
const ATTEMPTS = 5;

/**
 * Drops roles in one transaction with `more`, which is done after it.
 *
 * @remarks
 *
 * Anybody can grant a role something on an object of their own, and a role to which something was granted anywhere cannot be
 * dropped: a neighbour must not be able to keep a login alive by a gift. What was granted is taken back in whichever database it
 * is. Roles own nothing outside their own database, since only members can be made owners.
 * @internal
 */
export async function dropRoles(
  server: PostgresServer,
  session: Session,
  roles: string[],
  more: () => Promise<unknown> = async () => {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await takeBackGifts(server, session, roles);
    try {
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          for (const role of roles) {
            await session.query(`DROP ROLE ${quoteName(role)}`);
          }
          await more();
        }),
      );
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== DEPENDENT_OBJECTS_STILL_EXIST) {
        throw error;
      }
      if (attempt === ATTEMPTS) {
        throw new RetryableError(
          `A role on ${server.title} cannot be dropped, because somebody keeps granting it rights in another database`,
        );
      }
    }
  }
}

async function takeBackGifts(
  server: PostgresServer,
  session: Session,
  roles: string[],
): Promise<void> {
  const { rows } = await session.query(
    `SELECT DISTINCT d.datname, r.rolname
       FROM pg_shdepend s
       JOIN pg_roles r ON r.oid = s.refobjid
       JOIN pg_database d ON d.oid = s.dbid
      WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname = ANY($1) AND d.datallowconn`,
    [roles],
  );
  const databases = new Map<string, string[]>();
  for (const { datname, rolname } of rows) {
    databases.set(datname, [...(databases.get(datname) ?? []), rolname]);
  }
  for (const [database, granted] of databases) {
    await server
      .inDatabase(session, database, 'write', inside =>
        endBlockers(server, inside, () =>
          server.transaction(inside, () =>
            inside.query(`DROP OWNED BY ${granted.map(quoteName).join(', ')}`),
          ),
        ),
      )
      .catch(error => {
        throw error.name === 'RetryableError'
          ? new RetryableError(
              `What was granted in the database ${database} cannot be taken back: ${error.message}`,
            )
          : error;
      });
  }
}
