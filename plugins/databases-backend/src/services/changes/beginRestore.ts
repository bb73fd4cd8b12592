import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { RestoreRequest } from '@slipway/plugin-databases-common';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../../config';
import { holdBackup, insertBackup } from '../../database/backups';
import type { BackupRow } from '../../database/rows';
import { RESTORE } from '../../operations/restore';
import { assertBackedUp } from './beginBackup';
import { type Changing, start } from './changing';

/** Longer than an operation may wait for a server, or an order for those who decide. */
const HELD_DAYS = 30;

/**
 * Replaces what a database holds by what a backup of it holds.
 *
 * @param options - `notForGood`: why the caller may not destroy what cannot be had again
 */
export async function beginRestore(
  changing: Changing,
  request: RestoreRequest,
  options: {
    provider: DatabaseProvider;
    config: DatabasesConfig['backups'];
    notForGood?: string;
  },
): Promise<string> {
  const { trx, record, actor } = changing;
  if (options.notForGood) {
    throw new NotAllowedError(options.notForGood);
  }
  const { keepDays, store } = assertBackedUp(options);
  if (request.confirmName !== record.name) {
    throw new InputError(
      `confirmName is not the name of this database. Give "${record.name}" to replace its data.`,
    );
  }
  const backup: BackupRow | undefined = await trx('database_backups')
    .where({ id: request.backupId, database_id: record.id })
    .forUpdate()
    .first();
  if (!backup) {
    throw new NotFoundError(
      `backupId is of no backup of ${record.name}. Choose one of its list.`,
    );
  }
  await holdKept(changing, backup, store);
  // What it holds now is backed up first, so that there is a way back.
  const backupId = await insertBackup(trx, record, {
    kind: 'before-restore',
    // As long as a restore may wait for a server.
    keepDays: Math.max(keepDays, HELD_DAYS),
    createdBy: actor,
    provider: options.provider,
  });
  return start(changing, RESTORE, { backupId, restoreFrom: backup.id });
}

/** Sees to it that a backup is there until it has been restored. @throws ConflictError when it is not there now */
export async function holdKept(
  { trx }: Pick<Changing, 'trx'>,
  backup: BackupRow,
  store: string,
): Promise<void> {
  if (backup.state !== 'kept') {
    throw new ConflictError(
      `This backup cannot be restored: it is ${backup.state}. Choose one that is kept.`,
    );
  }
  const file = await trx('database_backup_files')
    .where({ name: backup.file })
    .first('store');
  if (file?.store !== store) {
    throw new ConflictError(
      `This backup is kept in "${file?.store}", and databases.backups.store is "${store}" now. Ask the platform team to put that store back.`,
    );
  }
  await holdBackup(trx, backup.id, HELD_DAYS);
}
