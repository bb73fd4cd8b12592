import {
  DatabaseTarget,
  ProvidedLogin,
  TerminalError,
  WorkloadSlot,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { change, existing } from '../tenant';
import { hashPassword } from '../users';
import { OperationContext } from './context';
import { cutOff, removePersonalLogins } from './cutOff';
import { toEndpoint } from './observeDatabase';

/** Makes the login of a slot able to log in with this password. */
export async function stageLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: { slot: WorkloadSlot; password: string },
  context: WriteContext,
): Promise<ProvidedLogin> {
  return change(server, target, context, tenant => {
    existing(tenant);
    const { names, record, users } = tenant;
    if (record.suspended) {
      throw new TerminalError('The database is suspended. Resume it first.');
    }
    const username = names.logins[login.slot];
    const user = users.get(username);
    if (!user) {
      throw new TerminalError('The login is not on the server');
    }
    const hash = hashPassword(login.password);
    const isInUse = record.active === login.slot && user.enabled;
    if (isInUse && !user.passwords.includes(hash)) {
      throw new TerminalError(
        'This login is the one in use. Stage the other one instead.',
      );
    }
    return {
      commands: [['ACL', 'SETUSER', username, 'resetpass', `#${hash}`, 'on']],
      result: { username, endpoint: toEndpoint(config, names.database) },
    };
  });
}

/** Makes this slot the one that applications should use. */
export async function activateLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    if (!tenant.users.get(tenant.names.logins[slot])?.enabled) {
      throw new TerminalError('This login has not been staged');
    }
    return { set: { active: slot }, result: undefined };
  });
}

/** Turns the login of a slot off and ends its sessions. */
export async function retireLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    if (tenant.record.active === slot) {
      throw new TerminalError('The login in use cannot be retired');
    }
    return {
      takesAway: true,
      commands: cutOff(tenant.users, [tenant.names.logins[slot]], {
        forget: true,
      }),
      result: undefined,
    };
  });
}

/** Turns every login off for good and ends every session. */
export async function revokeAllLogins(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    const people = removePersonalLogins(target.id, tenant);
    const workload = Object.values(tenant.names.logins);
    return {
      takesAway: true,
      unset: ['active', ...people.unset],
      commands: [
        ...cutOff(tenant.users, workload, { forget: true }),
        ...people.commands,
      ],
      result: undefined,
    };
  });
}
