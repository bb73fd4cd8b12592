import { ConflictError } from '@backstage/errors';
import {
  databasePagePath,
  type Database,
} from '@slipway/plugin-databases-common';
import type { StepContext } from '../lib/StepContext';
import type { Thing } from '../things/ThingStore';
import type { DatabasesClient } from './DatabasesClient';
import { isLeaving } from './leaving';
import { usesOf } from './usesOf';
import { waitForOperation } from './waitForOperation';

const LONGEST_WAIT_MS = 60_000;

/**
 * Deletes a database that a task made, in the name of who asks. It is turned off at once, and its data is kept for the grace
 * period.
 *
 * @returns what is to be said of it; nothing when there is no such database any more
 * @throws ConflictError when somebody has used it since
 */
export async function removeDatabase(
  ctx: Pick<StepContext, 'getInitiatorCredentials' | 'logger' | 'signal'>,
  client: DatabasesClient,
  thing: Thing,
): Promise<string | undefined> {
  const credentials = await ctx.getInitiatorCredentials();
  const { databaseId } = thing.details;
  const [environment, name] = thing.ref.split('/');
  const found =
    typeof databaseId === 'string'
      ? await client.findById(databaseId, { credentials })
      : await client.findByName(environment, name, { credentials });
  if (!found) {
    return undefined;
  }
  if (isLeaving(found)) {
    // Somebody deleted it already; asking again would be refused until its grace period is over.
    return whenGone(found);
  }
  if (databaseId === undefined && found.createdBy !== thing.createdBy) {
    // The order got no answer, and somebody else took the name.
    return undefined;
  }
  const uses = await usesOf(client, found.id, { credentials });
  if (uses.length > 0) {
    throw new ConflictError(
      `it ${uses.join(' and ')} since this task made it, so it is left alone. Delete it on its page if it shall go: ${databasePagePath(name, environment)}`,
    );
  }
  const operation = await waitForOperation({
    client,
    operation: await client.delete(found.id, {
      idempotencyKey: `remove-${thing.id}`,
      credentials,
    }),
    credentials,
    logger: ctx.logger,
    limitMs: LONGEST_WAIT_MS,
    signal: ctx.signal,
  });
  if (operation.state === 'failed' || operation.state === 'cancelled') {
    throw new ConflictError(
      `${operation.error?.message ?? `its deletion was ${operation.state}.`} Its page says how to go on: ${databasePagePath(name, environment)}`,
    );
  }
  const left = await client.findById(found.id, { credentials });
  return left && whenGone(left);
}

function whenGone(database: Database): string | undefined {
  const { name, environment, purgeAfter, state } = database;
  if (state === 'deleted') {
    return undefined;
  }
  return purgeAfter
    ? `is turned off; its data is kept until ${purgeAfter.slice(0, 10)}, and until then it can be brought back on its page: ${databasePagePath(name, environment)}`
    : `is being turned off; its page says until when its data is kept: ${databasePagePath(name, environment)}`;
}
