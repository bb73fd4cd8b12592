import type { DurableOperations } from '@slipway/operations';
import type { Knex } from 'knex';
import {
  closePendingChange,
  findPendingChange,
} from '../../database/pendingChanges';
import type { PendingChangeRow } from '../../database/rows';

/** The event that says that a change of size that waited for approval does not come. */
export const RESIZE_ENDED = 'resize.ended';

/**
 * Ends the change of a database that waits for approval, where one does, and says so on the timeline. Whoever decides is not asked any
 * more soon after, see `PendingChangesWatch`. The resource is held by the caller.
 *
 * @returns what waited
 */
export async function endPendingChange(
  { operations, trx }: { operations: DurableOperations; trx: Knex.Transaction },
  databaseId: string,
  end: {
    /** In the middle of a sentence. */
    reason: string;
    actor?: string;
    /** Approvals have told whoever asked. */
    isTold?: boolean;
  },
): Promise<PendingChangeRow | undefined> {
  const pending = await findPendingChange(trx, databaseId);
  if (!pending) return undefined;
  await closePendingChange(trx, pending.id, end);
  await operations.appendEvent(trx, endedEvent(pending, end));
  return pending;
}

/** What the timeline says of it. */
export function endedEvent(
  { database_id: resourceId, spec, requested_by: by }: PendingChangeRow,
  end: { reason: string; actor?: string; isTold?: boolean },
) {
  return {
    resourceId,
    type: RESIZE_ENDED,
    data: {
      message: `The size stays: ${spec.size} is not waited for any more, because ${end.reason}`,
      size: spec.size,
      requestedBy: by,
      ...(end.isTold && { isTold: true }),
    },
    actor: end.actor,
  };
}
