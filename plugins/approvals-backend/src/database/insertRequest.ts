import type { DurableResources } from '@slipway/operations';
import type { ApprovalRequest } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import { APPROVAL_KIND } from '../machine';

/** Writes a new request that is pending, with the groups that decide it and its first event. */
export async function insertRequest(
  resources: DurableResources,
  trx: Knex.Transaction,
  request: ApprovalRequest & {
    id: string;
    caller: string;
    expiresAfterHours: number;
    remindAfterHours: number[];
  },
): Promise<void> {
  const { id, requester, expiresAfterHours } = request;
  const { rows } = await trx.raw<{ rows: { now: Date }[] }>(
    `SELECT ${resources.clock} AS now`,
  );
  const now = rows[0].now.getTime();
  const after = (hours: number) => new Date(now + hours * 3_600_000);
  // A reminder after the end would remind of nothing.
  const reminders = [...new Set(request.remindAfterHours)]
    .filter(hours => hours < expiresAfterHours)
    .sort((a, b) => a - b)
    .map(after);
  await trx('approval_requests').insert({
    id,
    caller: request.caller,
    subject_kind: request.subject.kind,
    subject_id: request.subject.id,
    title: request.title,
    link: request.link ?? null,
    facts: JSON.stringify(request.facts),
    digest: request.digest,
    rule: JSON.stringify(request.rule),
    requester,
    excluded: [...new Set([requester, ...request.authors])],
    reason: request.reason ?? null,
    environment: request.environment ?? null,
    owner: request.owner,
    created_at: after(0),
    expires_at: after(expiresAfterHours),
    reminders,
    remind_at: reminders[0] ?? null,
  });
  await trx('approval_deciders').insert(
    [...new Set(request.rule.flatMap(part => part.groups))].map(group_ref => ({
      request_id: id,
      group_ref,
    })),
  );
  await resources.createResource(trx, {
    id,
    kind: APPROVAL_KIND,
    actor: requester,
  });
}
