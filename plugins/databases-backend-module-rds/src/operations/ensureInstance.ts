import type { DBInstance } from '@aws-sdk/client-rds';
import {
  EnsureRequest,
  RetryableError,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { claim, DELETING, OwnInstance } from '../claim';
import { nameInside } from '../identifiers';
import { isOrdered, newMarker, readMarker, toTags } from '../marker';
import { findChanges, shapeOf, toCreateMessage } from '../shape';
import { isBroken, isFull, isUsable } from '../status';
import type { OperationContext } from './context';

/** How often it is looked whether RDS is done, which takes minutes. */
const LOOK_AGAIN_MS = 15_000;

/**
 * Makes the instance, or changes its class, storage and settings. RDS takes minutes for that: until then each attempt ends
 * with a `RetryableError`, so that nobody waits in between, and a crash loses nothing.
 *
 * @remarks
 *
 * A size that was ordered is applied at once, with the downtime that RDS has for it. What differs for another reason, because
 * somebody changed the instance or the configuration, waits for the maintenance window: otherwise an edit of a file would
 * restart every database.
 *
 * @throws TerminalError when RDS cannot make it, or somebody has removed one that was in use
 * @internal
 */
export async function ensureInstance(
  operation: OperationContext,
  request: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  const { instances, config } = operation;
  const { target, spec } = request;
  const found =
    (await claim(operation, target, context)) ??
    (await make(operation, request, context));
  const { instance, marker } = found;
  const { DBInstanceStatus: status } = instance;
  if (status === DELETING) {
    throw new TerminalError(
      `The instance "${target.externalName}" is being removed`,
    );
  }
  if (isBroken(instance)) {
    const whatNow = marker.prepared
      ? 'It has to be mended there.'
      : 'Remove it here, and order another.';
    throw new TerminalError(
      `RDS cannot run the instance "${target.externalName}": its status is ${status}. Its events in RDS say why. ${whatNow}`,
    );
  }
  const atOnce = isOrdered(marker, spec);
  const whatDiffers = (seen: DBInstance) =>
    findChanges(seen, shapeOf(config, spec), { pendingCounts: !atOnce });
  const changes = whatDiffers(instance);
  // More storage is what helps one that is full.
  const isForFull = isFull(instance) && 'AllocatedStorage' in changes;
  if (!isUsable(instance) && !isForFull) {
    throw notYet(status);
  }
  if (Object.keys(changes).length > 0) {
    await instances.modify(
      target.externalName,
      { ...changes, ApplyImmediately: atOnce || isForFull },
      context,
    );
    const after = await instances.findAgain(target.externalName, context);
    if (!after || !isUsable(after) || Object.keys(whatDiffers(after)).length) {
      throw notYet(after?.DBInstanceStatus);
    }
  }
  if (marker.size !== spec.size) {
    await instances.mark(instance, { size: spec.size }, context);
  }
}

async function make(
  operation: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<OwnInstance> {
  const { instances, records, config } = operation;
  if ((await records.look(target, context)) === 'live') {
    // Another worker may have just made it.
    const found = await claim(operation, target, context, { isFirst: false });
    if (found) {
      return found;
    }
    // It was prepared once: an empty one in its place would pass for it.
    throw new TerminalError(
      `The instance "${target.externalName}" is not in AWS: somebody has removed it. Delete the database here as well, and order another.`,
    );
  }
  // Refuses names that are not ours before anything is made.
  nameInside(target.externalName);
  const made = { id: target.id, provider: config.id, fence: context.fence };
  const marker = newMarker(made, spec);
  const isMadeByUs = await instances.create(
    {
      ...toCreateMessage(config, spec),
      DBInstanceIdentifier: target.externalName,
      Tags: toTags(marker),
    },
    context,
  );
  if (!isMadeByUs) {
    const found = await claim(operation, target, context, { isFirst: false });
    if (!found) {
      throw notYet(undefined);
    }
    return found;
  }
  try {
    await records.assertNotRemoved(target, context);
  } catch (error) {
    if (error instanceof StaleFenceError) {
      await takeBack(operation, target.externalName);
    }
    throw error;
  }
  // What was just made may not be seen yet, or not with its tags: then the next attempt does.
  const instance = await instances.findAgain(target.externalName, context);
  const seen = instance && readMarker(instance);
  if (!instance || seen?.id !== target.id) {
    throw notYet(instance?.DBInstanceStatus);
  }
  return { instance, marker: seen };
}

/**
 * Removes what was made between the look at whether the database was removed and now, with nothing in it yet. What cannot be
 * removed bears our marker, and is reported as what nobody knows.
 */
async function takeBack({ instances }: OperationContext, name: string) {
  try {
    await instances.modify(name, { DeletionProtection: false });
    await instances.delete(name, {});
  } catch {
    // Others see it by its marker.
  }
}

function notYet(status: string | undefined): RetryableError {
  return new RetryableError(
    `RDS is at work on the instance, which takes some minutes: its status is ${status ?? 'not known yet'}`,
    { retryAfterMs: LOOK_AGAIN_MS },
  );
}
