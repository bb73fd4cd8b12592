import {
  DatabaseTarget,
  RetryableError,
  StaleFenceError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { claim, DELETING, OwnInstance } from '../claim';
import { canBeKept } from '../status';
import type { OperationContext } from './context';

const LOOK_AGAIN_MS = 15_000;

/**
 * Removes the instance with all that is in it. RDS keeps a last snapshot, unless that is configured otherwise or nobody was ever
 * given a login, as where a backup was proven; it bears the tags of the instance.
 *
 * @internal
 */
export async function destroyInstance(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  const { instances, records, insides, config } = operation;
  const { externalName } = target;
  const found = await claim(operation, target, context);
  if (found?.instance.DBInstanceStatus === 'stopped') {
    // RDS changes nothing about one that is stopped, and makes no snapshot of it.
    await instances.start(externalName, context);
    throw notYet('starts the instance, to remove it');
  }
  if (found && found.instance.DBInstanceStatus !== DELETING) {
    await shutInside(operation, target, found, context);
    if (found.instance.DeletionProtection) {
      await instances.modify(
        externalName,
        { DeletionProtection: false, ApplyImmediately: true },
        context,
      );
    }
  }
  // Before it is gone, so that there is no moment in which an older worker could make it again.
  await records.bury(target, context);
  if (found && found.instance.DBInstanceStatus !== DELETING) {
    const isKept =
      config.finalSnapshot && found.marker.used && canBeKept(found.instance);
    await instances.delete(
      externalName,
      isKept ? { finalSnapshot: `${externalName}-final` } : {},
      context,
    );
    insides.leave(found.instance);
  }
  if (found && (await instances.findAgain(externalName, context))) {
    throw notYet('removes the instance');
  }
}

function notYet(what: string): RetryableError {
  return new RetryableError(`RDS ${what}, which takes some minutes`, {
    retryAfterMs: LOOK_AGAIN_MS,
  });
}

/**
 * Turns the logins off and ends the sessions, so that the last snapshot is the last of the data, and that the server refuses
 * older workers for good. An instance that cannot be reached is removed all the same.
 *
 * @throws StaleFenceError when a newer worker has been inside
 */
async function shutInside(
  { insides }: OperationContext,
  target: DatabaseTarget,
  { instance, marker }: OwnInstance,
  context: WriteContext,
): Promise<void> {
  if (!marker.prepared) {
    return;
  }
  try {
    await insides.work(
      target,
      instance,
      (provider, inside) => provider.suspend(inside, context),
      context,
    );
  } catch (error) {
    if (error instanceof StaleFenceError) throw error;
  }
}
