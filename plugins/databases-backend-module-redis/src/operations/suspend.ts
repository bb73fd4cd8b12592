import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { change, existing } from '../tenant';
import { OperationContext } from './context';
import { cutOff, removePersonalLogins } from './cutOff';

/**
 * Turns every login off, ends every session and removes people's logins. The
 * workload's keep their passwords.
 * @internal
 */
export async function suspend(
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
      set: { suspended: '1' },
      unset: people.unset,
      commands: [
        ...cutOff(tenant.users, workload, { forget: false }),
        ...people.commands,
      ],
      result: undefined,
    };
  });
}

/** Turns the active workload login on again. */
export async function resume(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    const { record, names, users } = tenant;
    const active = record.active && names.logins[record.active];
    return {
      set: { suspended: '0' },
      commands:
        record.suspended && active && users.has(active)
          ? [['ACL', 'SETUSER', active, 'on']]
          : [],
      result: undefined,
    };
  });
}
