import { EnsureRequest, WriteContext } from '@slipway/plugin-databases-node';
import { ownerMark } from '../identifiers';
import { change, existing } from '../tenant';
import { OperationContext } from './context';

/**
 * Makes the application's logins, turned off and without a password.
 * @internal
 */
export async function ensureLogins(
  { server }: OperationContext,
  { target }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, tenant => {
    existing(tenant);
    const { names, users } = tenant;
    return {
      set: { logins: '1' },
      // Those that are there are saved anew: the last try may have failed in that.
      commands: Object.values(names.logins).map(name =>
        users.has(name)
          ? ['ACL', 'SETUSER', name]
          : ['ACL', 'SETUSER', name, 'reset', 'off', ownerMark(target.id)],
      ),
      result: undefined,
    };
  });
}
