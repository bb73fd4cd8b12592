import {
  DatabaseTarget,
  ProvidedLogin,
  TerminalError,
  WorkloadSlot,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteLogin } from '../identifiers';
import { nativePassword } from '../nativePassword';
import { claimExisting, claimRecord, personalLogins } from '../tenant';
import { OperationContext } from './context';
import { toEndpoint } from './observeDatabase';
import { removePersonalLogins } from './personal';
import { cutOff } from './sessions';
import { tryLogin } from './tryLogin';

const NO_PASSWORD = `IDENTIFIED VIA mysql_native_password USING 'invalid'`;

/** Makes the login of a slot able to log in with this password. */
export async function stageLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: { slot: WorkloadSlot; password: string },
  context: WriteContext,
): Promise<ProvidedLogin> {
  return server.exclusively(
    target.id,
    async session => {
      const { names, record, logins } = await claimExisting(
        session,
        target,
        context,
      );
      if (record.suspended) {
        throw new TerminalError('The database is suspended. Resume it first.');
      }
      const username = names.logins[login.slot];
      const found = logins.get(username);
      if (!found?.exists) {
        throw new TerminalError('The login is not on the server');
      }
      const provided = {
        username,
        endpoint: toEndpoint(config, names.database),
      };
      if (record.active === login.slot && !found.isLocked) {
        const { outcome } = await tryLogin(server, {
          user: username,
          password: login.password,
          database: names.database,
        });
        if (outcome !== 'accepted') {
          throw new TerminalError(
            'This login is the one in use. Stage the other one instead.',
          );
        }
        return provided;
      }
      await session.query(
        `ALTER USER ${quoteLogin(username)} IDENTIFIED BY PASSWORD '${nativePassword(login.password)}' ACCOUNT UNLOCK`,
      );
      return provided;
    },
    context,
  );
}

/** Makes this slot the one that applications should use. */
export async function activateLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, logins } = await claimExisting(session, target, context);
      const login = logins.get(names.logins[slot]);
      if (!login?.exists || login.isLocked) {
        throw new TerminalError('This login has not been staged');
      }
      await session.query(
        'UPDATE slipway.tenants SET active = ? WHERE id = ?',
        [slot, target.id],
      );
    },
    context,
  );
}

/** Turns the login of a slot off and ends its sessions. */
export async function retireLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, record, logins } = await claimRecord(
        session,
        target,
        context,
      );
      if (record.active === slot) {
        throw new TerminalError('The login in use cannot be retired');
      }
      const username = names.logins[slot];
      if (!logins.get(username)?.exists) {
        return;
      }
      await cutOff(session, [username]);
      await session.query(`ALTER USER ${quoteLogin(username)} ${NO_PASSWORD}`);
    },
    context,
  );
}

/** Turns every login off for good and ends every session. */
export async function revokeAllLogins(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimRecord(session, target, context);
      const all = [...tenant.logins.values()].filter(({ exists }) => exists);
      await cutOff(
        session,
        all.map(({ username }) => username),
      );
      for (const { username, personal } of all) {
        if (!personal) {
          await session.query(
            `ALTER USER ${quoteLogin(username)} ${NO_PASSWORD}`,
          );
        }
      }
      await session.query(
        'UPDATE slipway.tenants SET active = NULL WHERE id = ?',
        [target.id],
      );
      await removePersonalLogins(session, personalLogins(tenant));
    },
    context,
  );
}
