import { randomUUID } from 'node:crypto';
import { NotFoundError } from '@backstage/errors';
import {
  BACKUPS_PAGE_MAX,
  type BackupKind,
} from '@slipway/plugin-databases-common';
import type {
  DatabaseDump,
  DatabaseProvider,
} from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import type { BackupRow, DatabaseRecord } from './rows';

/** Writes that a backup will be taken; its id. */
export async function insertBackup(
  trx: Knex.Transaction,
  record: DatabaseRecord,
  backup: {
    kind: BackupKind;
    keepDays: number;
    createdBy: string;
    provider: Pick<DatabaseProvider, 'externalName'>;
  },
): Promise<string> {
  const id = randomUUID();
  const scratchId = randomUUID();
  await trx('database_backups').insert({
    id,
    database_id: record.id,
    kind: backup.kind,
    state: 'writing',
    revision: record.revision,
    scratch_id: scratchId,
    scratch_name: backup.provider.externalName({
      id: scratchId,
      name: record.name,
    }),
    created_by: backup.createdBy,
    created_at: trx.fn.now(),
    expires_at: trx.raw(`now() + ? * interval '1 day'`, [backup.keepDays]),
  });
  return id;
}

/** @throws NotFoundError */
export async function getBackup(knex: Knex, id: string): Promise<BackupRow> {
  const row = await knex('database_backups').where({ id }).first();
  if (!row) {
    throw new NotFoundError(`There is no backup with the id '${id}'`);
  }
  return row;
}

/** A page of a database's backups, the newest first. */
export async function listBackups(
  knex: Knex,
  options: { databaseId: string; before?: string },
): Promise<BackupRow[]> {
  const query = knex('database_backups')
    .where({ database_id: options.databaseId })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(BACKUPS_PAGE_MAX);
  if (options.before) {
    query.whereRaw(
      '(created_at, id) < (SELECT created_at, id FROM database_backups WHERE id = ?)',
      [options.before],
    );
  }
  return query;
}

/** Whether any backup of a database was ever kept. */
export async function hasBackups(
  knex: Knex,
  databaseId: string,
): Promise<boolean> {
  const row = await knex('database_backups')
    .where({ database_id: databaseId })
    .whereNotNull('taken_at')
    .first('id');
  return row !== undefined;
}

/** What is said of a database's backups in one line. */
export interface BackupSummaryRow {
  database_id: string;
  last_taken_at: Date | null;
  last_proven_at: Date | null;
}

/** How many backups of a database are kept, and until when. */
export async function summarizeKept(
  knex: Knex,
  databaseId: string,
): Promise<{ kept: number; until?: string; lastProvenAt?: string }> {
  const row = await knex('database_backups')
    .where({ database_id: databaseId, state: 'kept' })
    .first(
      knex.raw('count(*)::int AS kept'),
      knex.raw('max(expires_at) AS until'),
      knex.raw('max(proven_at) AS proven'),
    );
  return {
    kept: row.kept,
    ...(row.until && { until: row.until.toISOString() }),
    ...(row.proven && { lastProvenAt: row.proven.toISOString() }),
  };
}

/** When each of these databases was last backed up, and when a backup of it was last proven. */
export async function summarizeBackups(
  knex: Knex,
  databaseIds: string[],
): Promise<Map<string, BackupSummaryRow>> {
  const rows: BackupSummaryRow[] = await knex('database_backups')
    .whereIn('database_id', databaseIds)
    .where({ state: 'kept' })
    .groupBy('database_id')
    .select('database_id')
    .max({ last_taken_at: 'taken_at', last_proven_at: 'proven_at' });
  return new Map(rows.map(row => [row.database_id, row]));
}

/** Writes, before it is begun, that a file may be there. */
export async function insertBackupFile(
  trx: Knex.Transaction,
  file: { name: string; backupId: string; store: string },
): Promise<void> {
  await trx('database_backup_files').insert({
    name: file.name,
    backup_id: file.backupId,
    store: file.store,
    created_at: trx.fn.now(),
  });
}

/** Writes which of its files is whole. The first counts. */
export async function keepBackup(
  trx: Knex.Transaction,
  id: string,
  written: {
    file: string;
    dump: DatabaseDump;
    sizeBytes: number;
    storedBytes: number;
    sha256: string;
  },
): Promise<void> {
  const { file, dump, sizeBytes, storedBytes, sha256 } = written;
  await trx('database_backups')
    .where({ id, state: 'writing' })
    .update({
      state: 'kept',
      file,
      format: dump.format,
      server_version: dump.serverVersion,
      contents: JSON.stringify(dump.contents),
      size_bytes: sizeBytes,
      stored_bytes: storedBytes,
      sha256,
      taken_at: trx.fn.now(),
    });
}

/** Writes that everything was in it when it was restored. */
export async function proveBackup(
  trx: Knex.Transaction,
  id: string,
): Promise<void> {
  await trx('database_backups')
    .where({ id, state: 'kept' })
    .update({ proven_at: trx.fn.now(), problem: null });
}

/** Writes how work on a backup ended that did not go well: it was not written, or it is there and not proven. */
export async function noteBackupProblem(
  trx: Knex.Transaction,
  id: string,
  problem: string,
): Promise<void> {
  await trx('database_backups')
    .where({ id, state: 'writing' })
    .update({ state: 'failed', problem });
  await trx('database_backups')
    .where({ id, state: 'kept' })
    .whereNull('proven_at')
    .update({ problem });
}

/** Sees to it that the file of a backup stays for some days more, whatever it was to be kept for. */
export async function holdBackup(
  trx: Knex.Transaction,
  id: string,
  days: number,
): Promise<void> {
  await trx('database_backups')
    .where({ id })
    .update({
      expires_at: trx.raw(
        `greatest(expires_at, now() + ? * interval '1 day')`,
        [days],
      ),
    });
}
