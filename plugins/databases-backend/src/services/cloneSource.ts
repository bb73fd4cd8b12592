import { ConflictError, InputError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import type { DurableOperations } from '@slipway/operations';
import {
  canDo,
  databaseBackupPermission,
  databaseEngineTitles,
  databaseReadPermission,
  databaseRestorePermission,
  type DatabaseRequest,
  type DatabaseState,
} from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { holdBackup, insertBackup } from '../database/backups';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord, RestoredFrom } from '../database/rows';
import { BACKUP } from '../operations/backup';
import type { OperationInput } from '../operations/target';
import type { Access } from './Access';
import { assertBackedUp } from './changes/beginBackup';
import type { Providers } from './Providers';

/** Longer than an order may wait for those who decide. */
const HELD_DAYS = 30;

/**
 * The database that an order is to be a clone of, when the caller may have it backed up and have what is in it.
 */
export async function cloneSourceOf(
  deps: {
    knex: Knex;
    access: Access;
    config: DatabasesConfig;
    providers: Providers;
  },
  { cloneOf, engine }: DatabaseRequest,
  credentials: UserCredentials,
): Promise<DatabaseRecord | undefined> {
  const { knex, access, config, providers } = deps;
  if (!cloneOf) return undefined;
  const nothing = () =>
    new InputError(
      'cloneOf is the id of no database that you may see. Take it from the page of the database, or from the list.',
    );
  const record = await getDatabase(knex, cloneOf).catch(() => undefined);
  if (
    !record ||
    record.deleted_at ||
    !(await access.may(credentials, databaseReadPermission, record))
  ) {
    throw nothing();
  }
  await access.assertMay(credentials, databaseRestorePermission, record);
  await access.assertMay(credentials, databaseBackupPermission, record);
  if (record.engine !== engine) {
    throw new InputError(
      `cloneOf is a database of ${databaseEngineTitles[record.engine]}. Choose that engine.`,
    );
  }
  assertBackedUp({
    provider: providers.get(record.provider_id),
    config: config.backups,
  });
  if (!canDo('backup', record.state as DatabaseState)) {
    throw new ConflictError(
      `${record.name} is ${record.state}, and can be cloned when it is ready or suspended.`,
    );
  }
  return record;
}

/**
 * Has the backup taken that a clone begins with, as work of the database that it is of. In the transaction of the order: there is
 * either both or neither.
 */
export async function beginCloneBackup(
  deps: {
    operations: DurableOperations;
    providers: Providers;
    config: DatabasesConfig;
  },
  trx: Knex.Transaction,
  {
    source,
    actor,
    into,
  }: { source: DatabaseRecord; actor: string; into: string },
): Promise<RestoredFrom> {
  const { operations, providers, config } = deps;
  await operations.hold(trx, source.id);
  const record = await getDatabase(trx, source.id);
  const provider = providers.get(record.provider_id);
  const { keepDays } = assertBackedUp({ provider, config: config.backups });
  const backupId = await insertBackup(trx, record, {
    kind: 'on-request',
    keepDays,
    createdBy: actor,
    provider,
  });
  await holdBackup(trx, backupId, HELD_DAYS);
  const input: OperationInput = { providerId: provider.id, backupId };
  await operations.startOperation(trx, {
    type: BACKUP,
    resourceId: record.id,
    input,
    actor,
  });
  await operations.appendEvent(trx, {
    resourceId: record.id,
    type: 'clone.requested',
    data: { message: `To be cloned as ${into}` },
    actor,
  });
  const { created_at: takenAt } = await trx('database_backups')
    .where({ id: backupId })
    .first('created_at');
  return {
    backupId,
    name: record.name,
    environment: record.environment,
    takenAt: takenAt.toISOString(),
  };
}
