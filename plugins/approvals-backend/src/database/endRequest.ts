import type { DurableResources } from '@slipway/operations';
import type { ApprovalState } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';

/**
 * Ends a request for good. The caller's transaction holds its row. From here on the database
 * refuses every change of it and of its votes.
 */
export async function endRequest(
  resources: DurableResources,
  trx: Knex.Transaction,
  end: {
    id: string;
    state: Exclude<ApprovalState, 'pending'>;
    /** Whose act ended it; absent for the clock. */
    actor?: string;
    reason?: string;
    supersededBy?: string;
  },
): Promise<void> {
  const { id, state, actor, reason, supersededBy } = end;
  await resources.changeState(trx, {
    id,
    to: state,
    actor,
    data: { ...(reason && { reason }), ...(supersededBy && { supersededBy }) },
  });
  await trx('approval_requests')
    .where({ id })
    .update({
      version: trx.raw('version + 1'),
      ended_at: trx.raw(resources.clock),
      end_reason: reason ?? null,
      superseded_by: supersededBy ?? null,
      reminders: [],
      remind_at: null,
    });
}
