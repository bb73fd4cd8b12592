import type { ResourceEvent } from '@slipway/operations';
import type {
  Approval,
  ApprovalEvent,
  Deputy,
} from '@slipway/plugin-approvals-common';
import type { DeputyRow, RequestRecord } from '../database/rows';

/** A request as its readers see it. */
export function toApproval(record: RequestRecord): Approval {
  return {
    id: record.id,
    subject: { kind: record.subject_kind, id: record.subject_id },
    title: record.title,
    link: record.link ?? undefined,
    facts: record.facts,
    digest: record.digest,
    rule: record.rule,
    state: record.state,
    requester: record.requester,
    excluded: record.excluded,
    reason: record.reason ?? undefined,
    environment: record.environment ?? undefined,
    owner: record.owner,
    votes: record.votes.map(vote => ({
      person: vote.person,
      castBy: vote.cast_by,
      answer: vote.answer,
      reason: vote.reason ?? undefined,
      at: vote.cast_at.toISOString(),
    })),
    createdAt: record.created_at.toISOString(),
    expiresAt: record.expires_at.toISOString(),
    endedAt: record.ended_at?.toISOString(),
    endReason: record.end_reason ?? undefined,
    supersededBy: record.superseded_by ?? undefined,
  };
}

/** The votes as they are counted. */
export function toCountable(record: Pick<RequestRecord, 'votes'>) {
  return record.votes.map(({ person, cast_by, answer }) => ({
    person,
    castBy: cast_by,
    answer,
  }));
}

export function toDeputy(row: DeputyRow): Deputy {
  return {
    id: row.id,
    person: row.person,
    deputy: row.deputy,
    from: row.starts_at.toISOString(),
    until: row.ends_at.toISOString(),
    reason: row.reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString(),
  };
}

/** An entry of the timeline with its sentence. */
export function toApprovalEvent(event: ResourceEvent): ApprovalEvent {
  return {
    id: event.id,
    type: event.type,
    message: sentence(event),
    actor: event.actor,
    createdAt: event.createdAt.toISOString(),
  };
}

function sentence({ type, data, actor }: ResourceEvent): string {
  const { person, answer, reason, to } = data;
  const forWhom = person && person !== actor ? ` for ${person}` : '';
  const why = reason ? `: ${reason}` : '';
  switch (type) {
    case 'resource.created':
      return 'Asked for approval';
    case 'vote.cast':
      return `${answer === 'approve' ? 'Approved' : 'Rejected'}${forWhom}${why}`;
    case 'vote.taken-back':
      return `Took the vote${forWhom} back`;
    case 'approval.reminded':
      return 'The deciders were reminded';
    case 'state.changed':
      return to === 'superseded'
        ? 'Superseded by a newer request'
        : `The request is ${to}`;
    default:
      return type;
  }
}
