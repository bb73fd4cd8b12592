import { NotFoundError } from '@backstage/errors';
import type {
  PolicyWaiver,
  WaiverRequest,
  WaiverState,
  WaiversQuery,
} from '@slipway/plugin-policies-common';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { WAIVER_KIND } from '../machine';

/** A waiver with its state. */
export interface WaiverRecord {
  id: string;
  number: string;
  policy: string;
  policy_title: string;
  policy_digest: string;
  field: string | null;
  scope_kind: string;
  scope_name: string | null;
  scope_owner: string | null;
  scope_entity_ref: string | null;
  scope_environment: string | null;
  owner: string;
  reason: string;
  requester: string;
  created_at: Date;
  expires_at: Date;
  approval_digest: string;
  approval_id: string | null;
  granted_at: Date | null;
  granted_by: string | null;
  ended_at: Date | null;
  end_reason: string | null;
  state: WaiverState;
}

/** Writes a waiver that waits for a decision. */
export async function insertWaiver(
  resources: DurableResources,
  trx: Knex.Transaction,
  waiver: {
    id: string;
    request: WaiverRequest;
    requester: string;
    policy: { title: string; digest: string };
    approvalDigest: string;
  },
): Promise<void> {
  const { id, request, requester, policy, approvalDigest } = waiver;
  const { scope } = request;
  await trx('policy_waivers').insert({
    id,
    policy: request.policy,
    policy_title: policy.title,
    policy_digest: policy.digest,
    field: request.field ?? null,
    scope_kind: scope.kind,
    scope_name: scope.name ?? null,
    scope_owner: scope.owner ?? null,
    scope_entity_ref: scope.entityRef ?? null,
    scope_environment: scope.environment ?? null,
    owner: request.owner,
    reason: request.reason,
    requester,
    created_at: trx.raw(resources.clock),
    expires_at: request.expiresAt,
    approval_digest: approvalDigest,
  });
  await resources.createResource(trx, {
    id,
    kind: WAIVER_KIND,
    actor: requester,
  });
}

/**
 * Moves a waiver to another state, within a transaction that holds it.
 *
 * @throws ConflictError when its state does not lead there
 */
export async function moveWaiver(
  resources: DurableResources,
  trx: Knex.Transaction,
  move: {
    id: string;
    to: Exclude<WaiverState, 'requested'>;
    actor?: string;
    reason?: string;
  },
): Promise<void> {
  const { id, to, actor, reason } = move;
  await resources.changeState(trx, {
    id,
    to,
    actor,
    data: { ...(reason && { reason }) },
  });
  const now = trx.raw(resources.clock);
  await trx('policy_waivers')
    .where({ id })
    .update(
      to === 'granted'
        ? { granted_at: now, granted_by: actor ?? null }
        : { ended_at: now, end_reason: reason ?? null },
    );
}

/** Reads a waiver and holds its row until the transaction ends. */
export async function lockWaiver(
  trx: Knex.Transaction,
  id: string,
): Promise<WaiverRecord> {
  // A statement of its own: what is read next is what was there when the lock was had.
  await trx('policy_waivers').where({ id }).forUpdate().select('id');
  return getWaiver(trx, id);
}

export async function getWaiver(knex: Knex, id: string): Promise<WaiverRecord> {
  const record = await findWaiver(knex, id);
  if (!record) {
    throw new NotFoundError(`There is no waiver with the id '${id}'`);
  }
  return record;
}

export async function findWaiver(
  knex: Knex,
  id: string,
): Promise<WaiverRecord | undefined> {
  return records(knex).where('w.id', id).first();
}

/** A page of the waivers that match, the newest first. */
export async function listWaivers(
  knex: Knex,
  query: Omit<WaiversQuery, 'mine'> & { offset: number; limit: number },
): Promise<{ items: WaiverRecord[]; totalItems: number }> {
  const matching = (from: Knex.QueryBuilder) => {
    if (query.state) from.whereIn('r.state', query.state);
    const { party } = query;
    if (party) {
      from
        .whereNull('w.ended_at')
        .where(either =>
          either.where('w.owner', party).orWhere('w.requester', party),
        );
    }
    if (query.policy) from.whereIn('w.policy', query.policy);
    if (query.owner) from.whereIn('w.owner', query.owner);
    if (query.entityRef) from.where('w.scope_entity_ref', query.entityRef);
    return from;
  };
  const [items, [{ count }]] = await Promise.all([
    matching(records(knex))
      .orderBy('w.number', 'desc')
      .offset(query.offset)
      .limit(query.limit),
    matching(joined(knex)).count({ count: '*' }),
  ]);
  return { items, totalItems: Number(count) };
}

/** Those that wait for a decision, the oldest first. */
export async function listWaiting(
  knex: Knex,
  options: { approvalId?: string; limit: number },
): Promise<WaiverRecord[]> {
  const query = records(knex)
    .whereNull('w.granted_at')
    .whereNull('w.ended_at')
    .orderBy('w.number')
    .limit(options.limit);
  if (options.approvalId) query.where('w.approval_id', options.approvalId);
  return query;
}

/** Those whose time is over and that are not marked as ended, the oldest first. */
export async function listOverdue(
  knex: Knex,
  limit: number,
): Promise<WaiverRecord[]> {
  return records(knex)
    .whereNull('w.ended_at')
    .whereRaw('w.expires_at <= clock_timestamp()')
    .orderBy('w.expires_at')
    .limit(limit);
}

/** Whether the time of a waiver is over that is not marked as ended yet. */
export function isOver({ state, expires_at }: WaiverRecord): boolean {
  return state === 'granted' && expires_at.getTime() <= Date.now();
}

/**
 * A waiver as the API answers.
 *
 * @param current - the digest of each policy in force
 */
export function toWaiver(
  record: WaiverRecord,
  current: ReadonlyMap<string, string>,
): PolicyWaiver {
  return JSON.parse(
    JSON.stringify({
      id: record.id,
      policy: record.policy,
      policyTitle: record.policy_title,
      field: record.field ?? undefined,
      scope: {
        kind: record.scope_kind,
        name: record.scope_name ?? undefined,
        owner: record.scope_owner ?? undefined,
        entityRef: record.scope_entity_ref ?? undefined,
        environment: record.scope_environment ?? undefined,
      },
      owner: record.owner,
      reason: record.reason,
      expiresAt: record.expires_at,
      // The task that marks it comes later; it covers nothing any more.
      state: isOver(record) ? 'expired' : record.state,
      requester: record.requester,
      createdAt: record.created_at,
      grantedAt: record.granted_at ?? undefined,
      grantedBy: record.granted_by ?? undefined,
      endedAt: record.ended_at ?? undefined,
      endReason: record.end_reason ?? undefined,
      policyDigest: record.policy_digest,
      policyChanged: current.get(record.policy) !== record.policy_digest,
      approvalId: record.approval_id ?? undefined,
    }),
  );
}

function joined(knex: Knex): Knex.QueryBuilder {
  return knex('policy_waivers as w').join('operations_resources as r', join =>
    join.on('r.id', '=', knex.raw('w.id::text')),
  );
}

function records(knex: Knex): Knex.QueryBuilder {
  return joined(knex).select('w.*', 'r.state');
}
