import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { BackupVault } from '../backups/BackupVault';
import {
  expireBackups,
  forgetBackupFile,
  listFilesToRemove,
} from '../database/backupFiles';

/**
 * Removes the files of backups that were kept long enough, and what attempts left behind. A file that cannot be removed now
 * is tried again the next time; until it is gone a row says that it may be there.
 *
 * @returns how many files were removed
 */
export async function removeBackups(deps: {
  knex: Knex;
  vault: BackupVault;
  logger: LoggerService;
  signal?: AbortSignal;
}): Promise<number> {
  const { knex, vault, logger, signal } = deps;
  await expireBackups(knex);
  let removed = 0;
  const store = vault.storeId;
  for (const name of await listFilesToRemove(knex, { store })) {
    if (signal?.aborted) break;
    try {
      await vault.remove(name);
      await forgetBackupFile(knex, name);
      removed += 1;
    } catch (error) {
      logger.warn(
        `The backup file ${name} will be removed later`,
        toError(error),
      );
    }
  }
  return removed;
}
