import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { quoteLogin } from '../identifiers';
import { claimExisting, claimRecord, personalLogins } from '../tenant';
import { OperationContext } from './context';
import { removePersonalLogins } from './personal';
import { cutOff } from './sessions';

/**
 * Turns every login off and ends every session; then people's logins are removed.
 * The workload's keep their passwords.
 * @internal
 */
export async function suspend(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimRecord(session, target, context);
      await session.query(
        'UPDATE slipway.tenants SET suspended = 1 WHERE id = ?',
        [target.id],
      );
      await cutOff(
        session,
        [...tenant.logins.values()]
          .filter(({ exists }) => exists)
          .map(({ username }) => username),
      );
      await removePersonalLogins(session, personalLogins(tenant));
    },
    context,
  );
}

/** Turns the active workload login on again. */
export async function resume(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, record, logins } = await claimExisting(
        session,
        target,
        context,
      );
      const active = record.active && names.logins[record.active];
      if (record.suspended && active && logins.get(active)?.exists) {
        await session.query(`ALTER USER ${quoteLogin(active)} ACCOUNT UNLOCK`);
      }
      await session.query(
        'UPDATE slipway.tenants SET suspended = 0 WHERE id = ?',
        [target.id],
      );
    },
    context,
  );
}
