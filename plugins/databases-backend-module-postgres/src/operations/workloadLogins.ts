import {
  DatabaseTarget,
  ProvidedLogin,
  TerminalError,
  WorkloadSlot,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteName, quoteText } from '../identifiers';
import { TenantMarker } from '../marker';
import { Session } from '../PostgresServer';
import { scramVerifier } from '../scram';
import { claimExisting, claimMarked, Tenant, updateMarker } from '../tenant';
import { OperationContext } from './context';
import { cutOff } from './cutOff';
import { endBlockers } from './endBlockers';
import { toEndpoint } from './observeDatabase';
import { listExtraLogins } from './toolLogins';
import { removeLogins } from './removeLogins';
import { noteTakenOut, waitForStalled } from './passwordTurns';
import { tryLogin } from './tryLogin';

/** Makes the login of a slot able to log in with this password, with no other settings than ours. */
export async function stageLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: { slot: WorkloadSlot; password: string },
  context: WriteContext,
): Promise<ProvidedLogin> {
  const verifier = await scramVerifier(login.password);
  return server.exclusively(
    target.id,
    async session => {
      const { names, marker, roles } = await claimExisting(
        session,
        target,
        context,
      );
      if (marker.suspended) {
        throw new TerminalError('The database is suspended. Resume it first.');
      }
      const username = names.logins[login.slot];
      const provided = {
        username,
        endpoint: toEndpoint(config, names.database),
      };
      if (marker.active === login.slot && roles.get(username)?.canLogin) {
        const { outcome } = await tryLogin(server, names.database, {
          user: username,
          password: login.password,
        });
        if (outcome !== 'accepted') {
          throw new TerminalError(
            'This login is the one in use. Stage the other one instead.',
          );
        }
        return provided;
      }
      await waitForStalled(session, username);
      const role = quoteName(username);
      const settings = [
        // Whoever had this login before may have set what they like for its sessions.
        'RESET ALL',
        `IN DATABASE ${quoteName(names.database)} RESET ALL`,
        `SET role TO ${quoteName(names.owner)}`,
        `LOGIN PASSWORD ${quoteText(verifier)} VALID UNTIL 'infinity'`,
      ];
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          for (const setting of settings) {
            await session.query(`ALTER ROLE ${role} ${setting}`);
          }
        }),
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
      const tenant = await claimExisting(session, target, context);
      if (!tenant.roles.get(tenant.names.logins[slot])?.canLogin) {
        throw new TerminalError('This login has not been staged');
      }
      if (tenant.marker.active !== slot) {
        await updateMarker(session, tenant, { active: slot });
      }
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
      const tenant = await claimMarked(session, target, context);
      if (tenant.marker.active === slot) {
        throw new TerminalError('The login in use cannot be retired');
      }
      const username = tenant.names.logins[slot];
      await cutOff(server, session, [username], () =>
        takePassword(session, tenant, slot),
      );
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
      const tenant = await claimMarked(session, target, context);
      const logins = Object.values(tenant.names.logins);
      const others = await listExtraLogins(session, target.id);
      await cutOff(
        server,
        session,
        [...logins, ...others.map(({ name }) => name)],
        async () => {
          for (const slot of ['a', 'b'] as const) {
            await takePassword(session, tenant, slot);
          }
          await updateMarker(session, tenant, { active: undefined });
        },
      );
      await removeLogins(server, session, tenant, others);
    },
    context,
  );
}

/** Takes the password of a login that is off. */
async function takePassword(
  session: Session,
  { names, roles, marker }: Tenant & { marker: TenantMarker },
  slot: WorkloadSlot,
): Promise<void> {
  const username = names.logins[slot];
  await session.query(`ALTER ROLE ${quoteName(username)} PASSWORD NULL`);
  const wasOn =
    roles.get(username)?.canLogin ||
    (marker.suspended && marker.active === slot);
  if (wasOn) {
    await noteTakenOut(session, username);
  }
}
