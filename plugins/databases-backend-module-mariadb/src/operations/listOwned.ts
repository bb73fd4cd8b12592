import { OwnedDatabase, ReadContext } from '@slipway/plugin-databases-node';
import { OperationContext } from './context';

/** @internal */
export async function listOwned(
  { server }: OperationContext,
  context?: ReadContext,
): Promise<OwnedDatabase[]> {
  return server.read(async session => {
    const rows = await session.query(
      'SELECT id, external_name, name, environment, owner, fence FROM slipway.tenants ORDER BY external_name',
    );
    return rows.map(row => ({
      id: row.id,
      externalName: row.external_name,
      name: row.name,
      environment: row.environment,
      owner: row.owner,
      fence: BigInt(row.fence),
    }));
  }, context);
}
