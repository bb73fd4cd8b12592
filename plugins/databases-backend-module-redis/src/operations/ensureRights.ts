import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { rulesFor } from '../rights';
import { change, existing } from '../tenant';
import { OperationContext } from './context';

/**
 * Gives the application's logins their rights, and remembers their limits. What
 * else an administrator has given them is taken away.
 * @internal
 */
export async function ensureRights(
  { server }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await change(server, target, context, async (tenant, session) => {
    existing(tenant);
    const { names } = tenant;
    const logins = Object.values(names.logins);
    if (logins.some(name => !tenant.users.has(name))) {
      throw new TerminalError('The logins are not on the server');
    }
    const rules = await rulesFor(
      session,
      { id: target.id, database: names.database },
      'application',
    );
    return {
      set: { connectionLimit: `${spec.limits.connectionLimit}` },
      commands: logins.map(name => [
        'ACL',
        'SETUSER',
        name,
        ...rules,
        // Whom everybody may log in as has no password to keep.
        ...(tenant.users.get(name)?.open ? ['resetpass'] : []),
      ]),
      result: undefined,
    };
  });
}
