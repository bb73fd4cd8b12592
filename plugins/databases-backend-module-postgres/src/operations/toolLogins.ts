import { randomBytes } from 'node:crypto';
import { isError } from '@backstage/errors';
import {
  DatabaseTarget,
  RetryableError,
  StaleFenceError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import {
  quoteName,
  quoteText,
  TenantNames,
  isToolRoleName,
  toolRoleName,
} from '../identifiers';
import { readMarker, ToolMarker } from '../marker';
import { PostgresServer, Session } from '../PostgresServer';
import { scramVerifier } from '../scram';
import { claimExisting, commentOnRole, readTenant } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';
import { listPersonalRoles } from './personalRoles';
import { removeLogins } from './removeLogins';

/** For how long a program may begin its sessions; they last longer. */
const BEGIN_MINUTES = 5;
/** Ours and the program's, and one to spare. */
const SESSIONS = 3;

/**
 * A login for one dump or one restore.
 * @internal
 */
export interface ToolLogin {
  user: string;
  password: string;
  names: TenantNames;
}

/** @internal */
export interface ToolRole {
  name: string;
  marker: ToolMarker;
  /** Whether nobody can log in with it any more, and nobody is. */
  isUnused: boolean;
}

/**
 * The logins of programs that are on the server for one database.
 * @internal
 */
export async function listToolRoles(
  session: Pick<Session, 'query'>,
  databaseId: string,
): Promise<ToolRole[]> {
  const { rows } = await session.query(
    `SELECT r.rolname, d.description,
            r.rolvaliduntil < clock_timestamp()
              AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE usesysid = r.oid) AS is_unused
       FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid
      WHERE d.classoid = 'pg_authid'::regclass AND strpos(d.description, $1) > 0
      ORDER BY r.rolname`,
    [databaseId],
  );
  return rows.flatMap(row => {
    const marker = readMarker(row.description);
    return marker?.kind === 'tool' &&
      marker.id === databaseId &&
      // A copied comment on another role does not make it ours.
      isToolRoleName(row.rolname)
      ? [{ name: row.rolname, marker, isUnused: row.is_unused }]
      : [];
  });
}

/**
 * The logins that a database has beside the application's: those of people and of programs.
 * @internal
 */
export async function listExtraLogins(
  session: Session,
  databaseId: string,
): Promise<Array<{ name: string }>> {
  return [
    ...(await listPersonalRoles(session, databaseId)),
    ...(await listToolRoles(session, databaseId)),
  ];
}

/**
 * Works with a login that is made for it, and gone afterwards.
 *
 * @throws never an AmbiguousError: whatever was done can be done again, and a login that is left is removed by whoever comes next
 * @internal
 */
export async function withToolLogin<T>(
  operation: OperationContext,
  target: DatabaseTarget,
  use: ToolMarker['use'],
  context: WriteContext,
  work: (login: ToolLogin) => Promise<T>,
): Promise<T> {
  const remove = (login: ToolLogin) =>
    removeToolLogin(operation, target, login, context);
  try {
    const login = await makeToolLogin(operation, target, use, context);
    let result: T;
    try {
      result = await work(login);
    } catch (error) {
      await remove(login).catch(second => {
        // Otherwise the first error says more.
        if (second.name === 'StaleFenceError') throw second;
      });
      throw error;
    }
    await remove(login);
    return result;
  } catch (error) {
    throw isError(error) && error.name === 'AmbiguousError'
      ? new RetryableError(error.message)
      : error;
  }
}

/**
 * Makes a login for one dump or one restore of a database, and removes those that a crash or an overtaken worker has left.
 *
 * @remarks
 *
 * It is a member of the tenant's own roles and of nothing else. What a tenant has put into the database runs, where it runs at all, with
 * the tenant's rights.
 *
 * @internal
 */
export async function makeToolLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  use: ToolMarker['use'],
  context: WriteContext,
): Promise<ToolLogin> {
  const password = randomBytes(24).toString('base64url');
  const verifier = await scramVerifier(password);
  return server.exclusively(
    target.id,
    async session => {
      const tenant = await claimExisting(session, target, context);
      const { names } = tenant;
      const left = (await listToolRoles(session, target.id)).filter(
        ({ marker, isUnused }) =>
          isUnused || BigInt(marker.fence) < context.fence,
      );
      await removeLogins(server, session, tenant, left);
      const user = toolRoleName(
        target.externalName,
        use,
        randomBytes(3).toString('hex'),
      );
      const { rowCount } = await session.query(
        'SELECT FROM pg_roles WHERE rolname = $1',
        [user],
      );
      if (rowCount !== 0) {
        throw new RetryableError('A name that was made up is taken already');
      }
      // What somebody has made without being the owner for it belongs to themselves.
      const makers = [
        ...Object.values(names.logins),
        ...(await listPersonalRoles(session, target.id)).map(
          ({ name }) => name,
        ),
      ];
      const role = quoteName(user);
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          await session.query(
            `SET LOCAL createrole_self_grant TO 'set, inherit'`,
          );
          await session.query(`CREATE ROLE ${role} NOLOGIN`);
          await commentOnRole(session, user, {
            slipway: 1,
            id: target.id,
            kind: 'tool',
            use,
            fence: context.fence.toString(),
          });
          await session.query(
            `GRANT ${quoteName(names.owner)} TO ${role} WITH INHERIT TRUE, SET TRUE`,
          );
          await session.query(
            `GRANT ${makers.map(quoteName).join(', ')} TO ${role} WITH INHERIT TRUE, SET FALSE`,
          );
          for (const setting of [
            // Of its sessions from their first moment on: the database's own are for the tenant.
            `search_path TO ''`,
            'statement_timeout TO 0',
            'idle_in_transaction_session_timeout TO 0',
          ]) {
            await session.query(`ALTER ROLE ${role} SET ${setting}`);
          }
          const { rows } = await session.query(
            `SELECT (clock_timestamp() + interval '${BEGIN_MINUTES} minutes')::text AS until`,
          );
          await session.query(
            `ALTER ROLE ${role} LOGIN PASSWORD ${quoteText(verifier)} VALID UNTIL ${quoteText(rows[0].until)} CONNECTION LIMIT ${SESSIONS}`,
          );
        }),
      );
      return { user, password, names };
    },
    context,
  );
}

/**
 * Removes a login when its work is done, also when nobody waits for that any more.
 *
 * @throws StaleFenceError when a newer worker has been here since
 * @internal
 */
export async function removeToolLogin(
  { server }: { server: PostgresServer },
  target: DatabaseTarget,
  login: ToolLogin,
  context: Pick<WriteContext, 'fence'>,
): Promise<void> {
  await server.exclusively(target.id, async session => {
    const tenant = await readTenant(session, target);
    const roles = await listToolRoles(session, target.id);
    await removeLogins(
      server,
      session,
      tenant,
      roles.filter(({ name }) => name === login.user),
    );
    if (tenant.marker && BigInt(tenant.marker.fence) > context.fence) {
      throw new StaleFenceError('Another worker has taken this database over');
    }
  });
}
