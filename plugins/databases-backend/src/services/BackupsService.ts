import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  BACKUPS_PAGE_MAX,
  type DatabaseBackupsPage,
} from '@slipway/plugin-databases-common';
import type { BackupVault } from '../backups/BackupVault';
import { listBackups } from '../database/backups';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { toDatabaseBackup } from './presentation';

interface BackupsDeps extends ServiceDeps {
  databases: DatabasesService;
  vault?: BackupVault;
}

/** Reads backups, as far as the caller may see the database. */
export class BackupsService {
  readonly #deps: BackupsDeps;

  static create(deps: BackupsDeps): BackupsService {
    return new BackupsService(deps);
  }

  private constructor(deps: BackupsDeps) {
    this.#deps = deps;
  }

  /** A page of the backups of a database, the newest first; also of one that is deleted. */
  async list(
    id: string,
    cursor: string | undefined,
    credentials: BackstageCredentials,
  ): Promise<DatabaseBackupsPage> {
    const { knex, databases, vault } = this.#deps;
    await databases.readable(id, credentials);
    const rows = await listBackups(knex, { databaseId: id, before: cursor });
    return {
      items: rows.map(row =>
        toDatabaseBackup(row, { store: vault?.title ?? 'nowhere any more' }),
      ),
      nextCursor:
        rows.length === BACKUPS_PAGE_MAX ? rows.at(-1)?.id : undefined,
    };
  }
}
