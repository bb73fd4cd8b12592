import { OwnedDatabase, ReadContext } from '@slipway/plugin-databases-node';
import { Session } from '../RedisServer';
import { parseTenant, registry, TenantRecord } from '../registry';
import { OperationContext } from './context';

/** @internal */
export async function listOwned(
  { server }: OperationContext,
  context?: ReadContext,
): Promise<OwnedDatabase[]> {
  const records = await server.use(listRecords, context);
  return [...records]
    .map(([id, { externalName, name, environment, owner, fence }]) => ({
      id,
      externalName,
      name,
      environment,
      owner,
      fence,
    }))
    .sort((one, other) => one.externalName.localeCompare(other.externalName));
}

/** What the registry has about every database, by id. */
export async function listRecords(
  session: Session,
): Promise<Map<string, TenantRecord>> {
  const ids = await session.call('SMEMBERS', registry.tenants);
  const all = Array.isArray(ids) ? ids.map(String) : [];
  const hashes = await session.callAll(
    all.map(id => ['HGETALL', registry.tenant(id)] as const),
  );
  return new Map(
    all.flatMap((id, index) => {
      const hash = hashes[index];
      if (hash instanceof Error) throw hash;
      const { record } = parseTenant(hash);
      return record ? [[id, record] as const] : [];
    }),
  );
}
