import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import { holdBackup } from '../../database/backups';
import { findFinalBackup } from '../../database/dueBackups';
import { formatTime } from '../formatTime';
import { type Changing, start } from './changing';
import { endPendingChange } from './endPendingChange';

/**
 * Suspends a database that is in use and keeps its data for a while, purges what was kept long enough, and cleans up what
 * was never used.
 *
 * @param options - `notForGood`: why the caller may not destroy what cannot be had again; `isBackedUp`: whether a last backup
 *   is taken before a purge; `withoutBackup`: whether the caller wants none of it
 */
export async function beginRemoval(
  changing: Changing,
  options: {
    confirmName?: string;
    withoutBackup?: boolean;
    /** Why none is wanted. */
    reason?: string;
    isBackedUp: boolean;
    finalKeepDays?: number;
    notForGood?: string;
    graceHours: number;
  },
): Promise<string> {
  const { trx, record, last } = changing;
  const { confirmName, notForGood, graceHours } = options;
  await endPendingChange(changing, record.id, {
    reason: 'the database is deleted',
    actor: changing.actor,
  });
  const grace = trx.raw(`now() + ? * interval '1 hour'`, [graceHours]);
  if (record.state === 'ready') {
    await trx('databases')
      .where({ id: record.id })
      .update({ purge_after: grace });
    return start(changing, 'suspend');
  }
  if (record.state === 'awaiting-approval') {
    throw new ConflictError(
      'There is nothing to delete yet: it waits for approval. Cancel the order instead.',
    );
  }
  if (record.state === 'orphaned' && notForGood) {
    throw new NotAllowedError(notForGood);
  }
  if (record.state !== 'suspended') {
    // "failed" and "orphaned"; the operation refuses every other state.
    return start(changing, 'clean');
  }
  if (!record.purge_after) {
    await trx('databases')
      .where({ id: record.id })
      .update({ purge_after: grace });
    if (graceHours > 0 && last) {
      return last.id;
    }
  }
  const [{ due, purge_after: purgeAfter }] = await trx('databases')
    .where({ id: record.id })
    .select('purge_after', trx.raw('purge_after <= now() AS due'));
  if (!due) {
    throw new ConflictError(
      `The data is kept until ${formatTime(purgeAfter)} and can be purged after that`,
    );
  }
  if (notForGood) {
    throw new NotAllowedError(notForGood);
  }
  if (confirmName !== record.name) {
    throw new InputError(
      `confirmName is not the name of this database. Give "${record.name}" to purge its data for good.`,
    );
  }
  if (options.isBackedUp) {
    await assertLastBackup(changing, options);
  }
  return start(changing, 'purge');
}

/** Nobody purges what there is no proven backup of, unless they say that they mean it. That is on the timeline then. */
async function assertLastBackup(
  { operations, trx, record, actor }: Changing,
  {
    withoutBackup,
    reason,
    finalKeepDays,
  }: { withoutBackup?: boolean; reason?: string; finalKeepDays?: number },
): Promise<void> {
  const last = await findFinalBackup(trx, record.id);
  if (last) {
    // It is kept from the purge on, however long ago it was taken.
    if (finalKeepDays) await holdBackup(trx, last, finalKeepDays);
    return;
  }
  if (!withoutBackup) {
    throw new ConflictError(
      'There is no proven backup yet of what it holds. One is taken by itself within minutes; the list of backups says how it stands. To purge without one, set withoutBackup and say why in reason.',
    );
  }
  await operations.appendEvent(trx, {
    resourceId: record.id,
    type: 'backup.waived',
    data: {
      message: `To be purged without a last backup, as asked for${reason ? `: ${reason}` : ''}`,
    },
    actor,
  });
}
