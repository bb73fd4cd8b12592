import {
  type DatabaseTarget,
  type ObservedSession,
  type ReadContext,
  RetryableError,
} from '@slipway/plugin-databases-node';
import { readMarker } from '../marker';
import { isUsable } from '../status';
import type { OperationContext } from './context';

/**
 * Who is connected to the database of an instance.
 * @internal
 */
export async function listSessions(
  { instances, insides, config }: OperationContext,
  target: DatabaseTarget,
  context: ReadContext = {},
): Promise<ObservedSession[]> {
  const instance = await instances.find(target.externalName, context);
  const marker = instance && readMarker(instance);
  if (!instance || marker?.id !== target.id || !marker.prepared) return [];
  if (!isUsable(instance)) {
    throw new RetryableError(
      `${config.title}: the instance is ${instance.DBInstanceStatus}, so that nobody can say who is connected`,
    );
  }
  return insides.work(
    target,
    instance,
    (provider, inside) => provider.sessions(inside, context),
    context,
  );
}
