import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import { claimExisting } from '../tenant';
import { OperationContext } from './context';

/**
 * Writes the owning group into the registry. Logins, rights and sessions stay as they are.
 * @internal
 */
export async function nameOwner(
  { server }: OperationContext,
  target: DatabaseTarget,
  owner: string,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      await claimExisting(session, target, context);
      await session.query('UPDATE slipway.tenants SET owner = ? WHERE id = ?', [
        owner,
        target.id,
      ]);
    },
    context,
  );
}
