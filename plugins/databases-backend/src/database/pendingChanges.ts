import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import type { PendingChangeRow, StoredSpec } from './rows';

const TABLE = 'database_pending_changes';
/** Longer than a worker that has just ended can still be asking those who decide. */
const ASKING = `interval '2 minutes'`;

/** Writes a change that waits for approval. The resource is held by the caller. */
export async function insertPendingChange(
  trx: Knex.Transaction,
  change: Pick<
    PendingChangeRow,
    'id' | 'database_id' | 'revision' | 'digest' | 'requested_by'
  > & { spec: StoredSpec; rule: ApprovalRule; beyond_quota?: string },
): Promise<void> {
  await trx(TABLE).insert({
    ...change,
    kind: 'resize',
    spec: JSON.stringify(change.spec),
    rule: JSON.stringify(change.rule),
    requested_at: trx.fn.now(),
  });
}

/** The change of a database that waits, where one does. */
export async function findPendingChange(
  knex: Knex,
  databaseId: string,
): Promise<PendingChangeRow | undefined> {
  return knex(TABLE)
    .where({ database_id: databaseId })
    .whereNull('ended_at')
    .first();
}

/** The changes of these databases that wait, by the database's id. */
export async function listPendingChanges(
  knex: Knex,
  databaseIds: string[],
): Promise<Map<string, PendingChangeRow>> {
  const rows: PendingChangeRow[] = await knex(TABLE)
    .whereIn('database_id', databaseIds)
    .whereNull('ended_at');
  return new Map(rows.map(row => [row.database_id, row]));
}

/** What is to be looked at: changes that wait, and those whose question may still be open. */
export async function listOpenChanges(
  knex: Knex,
  only: { databaseId?: string; approvalId?: string; limit: number },
): Promise<PendingChangeRow[]> {
  const query = knex(TABLE).orderBy('requested_at').limit(only.limit);
  if (only.databaseId) query.where({ database_id: only.databaseId });
  if (only.approvalId) query.where({ approval_id: only.approvalId });
  return query;
}

/** Writes which question was asked. */
export async function noteAsked(
  trx: Knex.Transaction,
  id: string,
  approvalId: string,
): Promise<void> {
  await trx(TABLE).where({ id }).update({ approval_id: approvalId });
}

/** The change does not wait any more; what is left of it is the question. */
export async function closePendingChange(
  trx: Knex.Transaction,
  id: string,
  end: { reason: string; actor?: string },
): Promise<void> {
  await trx(TABLE)
    .where({ id })
    .whereNull('ended_at')
    .update({
      ended_at: trx.fn.now(),
      end_reason: end.reason,
      ended_by: end.actor ?? null,
    });
}

/** Forgets a change that has ended, once nobody can be asking about it any more. */
export async function forgetPendingChange(
  knex: Knex,
  id: string,
): Promise<void> {
  await knex(TABLE)
    .where({ id })
    .whereRaw(`ended_at < now() - ${ASKING}`)
    .delete();
}
