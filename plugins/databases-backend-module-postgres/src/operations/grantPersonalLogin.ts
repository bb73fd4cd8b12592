import {
  DatabaseTarget,
  PersonalCredentialsProvider,
  ProvidedLogin,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { personalRoleName, quoteName, quoteText } from '../identifiers';
import { scramVerifier } from '../scram';
import { claimExisting, commentOnRole } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';
import { toEndpoint } from './observeDatabase';
import { listPersonalRoles } from './personalRoles';

const SESSIONS = 5;

/** @internal */
export async function grantPersonalLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: Parameters<PersonalCredentialsProvider['grant']>[1],
  context: WriteContext,
): Promise<ProvidedLogin> {
  const verifier = await scramVerifier(login.password);
  return server.exclusively(
    target.id,
    async session => {
      const { names, marker } = await claimExisting(session, target, context);
      if (marker.suspended) {
        throw new TerminalError('The database is suspended. Resume it first.');
      }
      const username = personalRoleName(login.person, login.loginId);
      const role = quoteName(username);
      const personal = await listPersonalRoles(session, target.id);
      const mine = personal.some(({ name }) => name === username);
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          if (!mine) {
            const { rowCount } = await session.query(
              'SELECT 1 FROM pg_roles WHERE rolname = $1',
              [username],
            );
            if (rowCount !== 0) {
              throw new TerminalError(
                `"${username}" is on the server already and is not a login of this database. It was left as it is.`,
              );
            }
            await session.query(
              `SET LOCAL createrole_self_grant TO 'set, inherit'`,
            );
            await session.query(`CREATE ROLE ${role} NOLOGIN`);
          }
          await commentOnRole(session, username, {
            slipway: 1,
            id: target.id,
            kind: 'personal',
            loginId: login.loginId,
            person: login.person,
            access: login.access,
          });
          const given = {
            'read-only': names.ro,
            'read-write': names.rw,
            schema: names.owner,
          }[login.access];
          for (const other of [names.ro, names.rw, names.owner]) {
            if (other !== given) {
              await session.query(`REVOKE ${quoteName(other)} FROM ${role}`);
            }
          }
          await session.query(
            `GRANT ${quoteName(given)} TO ${role} WITH INHERIT TRUE, SET ${login.access === 'schema'}`,
          );
          // As with the application's logins: tables belong to the owner, so that they outlive the login and everybody else may
          // use them.
          await session.query(
            login.access === 'schema'
              ? `ALTER ROLE ${role} SET role TO ${quoteName(names.owner)}`
              : `ALTER ROLE ${role} RESET role`,
          );
          await session.query(
            `ALTER ROLE ${role} LOGIN PASSWORD ${quoteText(verifier)} VALID UNTIL ${quoteText(login.expiresAt.toISOString())} CONNECTION LIMIT ${SESSIONS}`,
          );
        }),
      );
      return { username, endpoint: toEndpoint(config, names.database) };
    },
    context,
  );
}
