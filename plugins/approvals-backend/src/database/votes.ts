import { ConflictError } from '@backstage/errors';
import type { DurableResources } from '@slipway/operations';
import type { ApprovalAnswer } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import type { VoteRow } from './rows';

/** The votes on a request, in the order in which they were cast. */
export async function listVotes(
  knex: Knex,
  requestId: string,
): Promise<VoteRow[]> {
  return knex('approval_votes')
    .where({ request_id: requestId })
    .orderBy('cast_at');
}

/**
 * Casts a vote, or changes it. The caller's transaction holds the request's row.
 *
 * @throws ConflictError when the one who casts it has spoken for somebody else already.
 */
export async function castVote(
  resources: DurableResources,
  trx: Knex.Transaction,
  vote: {
    requestId: string;
    person: string;
    castBy: string;
    answer: ApprovalAnswer;
    reason?: string;
  },
): Promise<void> {
  const { requestId, person, castBy, answer, reason } = vote;
  const other: VoteRow | undefined = await trx('approval_votes')
    .where({ request_id: requestId, cast_by: castBy })
    .whereNot({ person })
    .first();
  if (other) {
    throw new ConflictError(
      `You have voted for ${other.person} here, and nobody votes twice. Take that vote back first; when you are no deputy any more, only ${other.person} can.`,
    );
  }
  await trx('approval_votes')
    .insert({
      request_id: requestId,
      person,
      cast_by: castBy,
      answer,
      reason: reason ?? null,
      cast_at: trx.raw(resources.clock),
    })
    .onConflict(['request_id', 'person'])
    .merge();
  await noteVote(resources, trx, vote, {
    type: 'vote.cast',
    data: { person, answer, ...(reason && { reason }) },
  });
}

/** Takes a vote back; whether there was one. The caller's transaction holds the request's row. */
export async function removeVote(
  resources: DurableResources,
  trx: Knex.Transaction,
  vote: { requestId: string; person: string; castBy: string },
): Promise<boolean> {
  const { requestId, person } = vote;
  const removed = await trx('approval_votes')
    .where({ request_id: requestId, person })
    .delete();
  if (removed) {
    await noteVote(resources, trx, vote, {
      type: 'vote.taken-back',
      data: { person },
    });
  }
  return removed > 0;
}

async function noteVote(
  resources: DurableResources,
  trx: Knex.Transaction,
  vote: { requestId: string; castBy: string },
  event: { type: string; data: Record<string, string> },
) {
  await trx('approval_requests')
    .where({ id: vote.requestId })
    .update({ version: trx.raw('version + 1') });
  await resources.appendEvent(trx, {
    ...event,
    resourceId: vote.requestId,
    actor: vote.castBy,
  });
}
