import type { WorkloadSlot } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';

/** A login that was in use before and still works. */
export interface FormerLoginRow {
  database_id: string;
  slot: WorkloadSlot;
  revision: number;
  replaced_at: Date;
  undo_until: Date;
  quiet_since: Date;
  looked_at: Date | null;
  told_at: Date | null;
}

/** The login that a database had before, while it still works. */
export async function findFormerLogin(
  knex: Knex,
  databaseId: string,
): Promise<FormerLoginRow | undefined> {
  return (
    knex<FormerLoginRow>('database_former_logins as f')
      .join('databases as d', 'd.id', 'f.database_id')
      .where('f.database_id', databaseId)
      // A replica of the version before may have given its slot a new password and handed that over.
      .whereRaw('f.slot IS DISTINCT FROM d.workload_slot')
      .select('f.*')
      .first()
  );
}

/**
 * Makes a login the one in use, and the one that was in use the former one. The row of the database is held by the fence.
 *
 * @param next - `undoHours`: how long the former one lives at least; left out when it does not live on
 */
export async function handOver(
  trx: Knex.Transaction,
  databaseId: string,
  next: { slot: WorkloadSlot; revision: number; undoHours?: number },
): Promise<void> {
  const before = await trx('databases')
    .where({ id: databaseId })
    .forUpdate()
    .first('workload_slot', 'workload_revision');
  const isSame =
    before.workload_slot === next.slot &&
    before.workload_revision === next.revision;
  if (isSame) return; // Handed over by an attempt whose end was lost.
  await trx('databases').where({ id: databaseId }).update({
    workload_slot: next.slot,
    workload_revision: next.revision,
    workload_since: trx.fn.now(),
  });
  await trx('database_former_logins')
    .where({ database_id: databaseId })
    .delete();
  if (next.undoHours === undefined || !before.workload_slot) return;
  await trx('database_former_logins').insert({
    database_id: databaseId,
    slot: before.workload_slot,
    revision: before.workload_revision,
    replaced_at: trx.fn.now(),
    quiet_since: trx.fn.now(),
    undo_until: trx.raw(`now() + ? * interval '1 hour'`, [next.undoHours]),
  });
}

/** The former login works no more. */
export async function forgetFormerLogin(
  trx: Knex.Transaction,
  databaseId: string,
): Promise<void> {
  const gone = await trx('database_former_logins')
    .where({ database_id: databaseId })
    .delete()
    .returning('slot');
  for (const { slot } of gone) {
    await trx('database_consumers')
      .where({ database_id: databaseId, slot })
      .delete();
  }
}

/** Notes that somebody was seen with the former login just now. */
export async function noteInUse(
  trx: Knex.Transaction,
  databaseId: string,
): Promise<void> {
  await trx('database_former_logins')
    .where({ database_id: databaseId })
    .update({ quiet_since: trx.fn.now() });
}

/** Notes that the owner was told who has not moved. */
export async function noteTold(
  trx: Knex.Transaction,
  databaseId: string,
): Promise<void> {
  await trx('database_former_logins')
    .where({ database_id: databaseId })
    .update({ told_at: trx.fn.now() });
}
