import {
  DatabaseTarget,
  PersonalCredentialsProvider,
  ProvidedLogin,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { ownerMark, personalLoginName } from '../identifiers';
import { expiryMember, personalField, registry, write } from '../registry';
import { rulesFor } from '../rights';
import { change, existing } from '../tenant';
import { hashPassword, readUsers } from '../users';
import { OperationContext } from './context';
import { removePersonalLogins } from './cutOff';
import { toEndpoint } from './observeDatabase';

/**
 * Makes a person's login. Redis knows no time at which a user ends: the end is
 * written into the registry, and the watch of the portal turns the login off.
 * @internal
 */
export async function grantPersonalLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: Parameters<PersonalCredentialsProvider['grant']>[1],
  context: WriteContext,
): Promise<ProvidedLogin> {
  const { loginId, access, expiresAt } = login;
  return change(server, target, context, async (tenant, session) => {
    existing(tenant);
    if (tenant.record.suspended) {
      throw new TerminalError('The database is suspended. Resume it first.');
    }
    const { database } = tenant.names;
    const username = personalLoginName(login.person, loginId);
    const [user] = await readUsers(session, [username]);
    if (user && !user.keys.includes(ownerMark(target.id))) {
      throw new TerminalError(
        `"${username}" is on the server already and is not a login of this database. It was left as it is.`,
      );
    }
    const rules = await rulesFor(session, { id: target.id, database }, access);
    const isOver = expiresAt.getTime() <= Date.now();
    return {
      set: {
        [personalField(username)]: JSON.stringify({
          loginId,
          access,
          expiresAt,
        }),
      },
      commands: [
        write(
          'ZADD',
          registry.expiries,
          `${expiresAt.getTime()}`,
          expiryMember(target.id, username),
        ),
        [
          'ACL',
          'SETUSER',
          username,
          'reset',
          ...rules,
          `#${hashPassword(login.password)}`,
          isOver ? 'off' : 'on',
        ],
      ],
      result: { username, endpoint: toEndpoint(config, database) },
    };
  });
}

/** @internal */
export async function revokePersonalLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  loginId: string,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    const mine = [...(tenant.record?.personal ?? [])]
      .filter(([, login]) => login.loginId === loginId)
      .map(([username]) => username);
    return {
      takesAway: true,
      ...removePersonalLogins(target.id, tenant, mine),
      result: undefined,
    };
  });
}
