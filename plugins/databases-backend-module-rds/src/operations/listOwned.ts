import { OwnedDatabase, ReadContext } from '@slipway/plugin-databases-node';
import { readMarker } from '../marker';
import type { OperationContext } from './context';

/** @internal */
export async function listOwned(
  { instances, config }: OperationContext,
  context?: ReadContext,
): Promise<OwnedDatabase[]> {
  const all = await instances.list(context);
  return all.flatMap(instance => {
    const marker = readMarker(instance);
    const externalName = instance.DBInstanceIdentifier;
    if (marker?.provider !== config.id || !externalName) {
      return [];
    }
    const { id, name, environment, owner, fence } = marker;
    return [{ id, externalName, name, environment, owner, fence }];
  });
}
