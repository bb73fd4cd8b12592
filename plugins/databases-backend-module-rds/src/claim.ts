import type { DBInstance } from '@aws-sdk/client-rds';
import {
  DatabaseTarget,
  RetryableError,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { Marker, readMarker } from './marker';
import type { OperationContext } from './operations/context';

/**
 * An instance that bears our marker for the database that is meant.
 * @internal
 */
export interface OwnInstance {
  instance: DBInstance;
  marker: Marker;
}

/** @internal */
export const DELETING = 'deleting';

/**
 * Proves that this worker may change what is there: it is ours, and no newer worker has been here. From then on older ones
 * are refused.
 *
 * @remarks
 *
 * AWS compares nothing when it writes a tag, so that two workers at the very same moment may both get through. What they could
 * do to each other then is bounded by what comes after: an instance can be made once under its name, the server inside refuses
 * the older one for good, and a name is never used again.
 *
 * @param options - `isFirst`: whether nothing was done before
 * @returns nothing when there is no instance
 * @throws TerminalError when there is one that is not ours
 * @throws StaleFenceError when a newer worker has been here
 * @internal
 */
export async function claim(
  { instances, records, config }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
  options: { isFirst: boolean } = { isFirst: true },
): Promise<OwnInstance | undefined> {
  const { externalName } = target;
  const instance = options.isFirst
    ? await instances.find(externalName, context)
    : await instances.findAgain(externalName, context);
  if (!instance) {
    await records.assertNotRemoved(target, context);
    return undefined;
  }
  const marker = readMarker(instance);
  if (marker?.id !== target.id) {
    throw new TerminalError(
      `The instance "${externalName}" of ${config.title} does not bear the tags of this database. It was left as it is. If it is ours, put slipway:managed-by, slipway:id and slipway:fence back; otherwise order under another name.`,
    );
  }
  if (context.fence < marker.fence) {
    throw new StaleFenceError('Another worker has taken this database over');
  }
  if (context.fence > marker.fence && instance.DBInstanceStatus !== DELETING) {
    await instances.mark(instance, { fence: context.fence }, context);
    marker.fence = context.fence;
  }
  return { instance, marker };
}

/**
 * As {@link claim}, for what must be there.
 *
 * @throws TerminalError when there is no instance
 * @internal
 */
export async function claimExisting(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<OwnInstance> {
  const found = await claim(operation, target, context);
  if (!found || found.instance.DBInstanceStatus === DELETING) {
    throw new TerminalError(
      `There is no instance "${target.externalName}" any more`,
    );
  }
  return found;
}

/**
 * As {@link claimExisting}, for what is done inside.
 *
 * @throws RetryableError while the instance is not ready for that
 * @internal
 */
export async function claimPrepared(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<OwnInstance> {
  const found = await claimExisting(operation, target, context);
  if (!found.marker.prepared) {
    throw new RetryableError(
      `The instance "${target.externalName}" is not prepared yet`,
    );
  }
  return found;
}
